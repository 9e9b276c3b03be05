using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Two machines that are given the same cases.</summary>
/// <param name="expected">Whose machine is right.</param>
/// <param name="actual">Makes whose machine is asked; if it is to do each case more than once, a new one for each batch.</param>
/// <param name="runs">How often that one is to do each case; what it makes of the last is compared.</param>
internal sealed class Comparison(IHypervisor expected, Func<IHypervisor> actual, int runs = 1) : IDisposable
{
    private readonly CaseRunner _expected = new(expected);
    private CaseRunner _actual = new(actual());

    /// <summary>The cases that they make different things of.</summary>
    public IEnumerable<TestCase> FindDifferent(IReadOnlyList<TestCase> cases)
    {
        IReadOnlyList<Outcome> wanted = _expected.Run(cases);
        IReadOnlyList<Outcome> got = RunActual(cases);
        for (int i = 0; i < cases.Count; i++)
        {
            if (!wanted[i].Image(cases[i]).AsSpan().SequenceEqual(got[i].Image(cases[i]))) yield return cases[i];
        }
    }

    /// <summary>Says what is different about a case, as small as it can be made.</summary>
    public string Describe(TestCase made)
    {
        TestCase smallest = new Shrinker(candidate => FindDifferent([candidate]).Any()).Shrink(made);
        return CaseText.Difference(smallest, _expected.Run([smallest])[0], RunActual([smallest])[0]);
    }

    /// <summary>The same in a line.</summary>
    public string Summarize(TestCase made) =>
        $"{made.Name}: {made.Disassemble().ReplaceLineEndings("; ")}: {string.Join("; ", CaseText.Lines(made, _expected.Run([made])[0], RunActual([made])[0]).Take(3))}";

    public void Dispose()
    {
        _expected.Dispose();
        _actual.Dispose();
    }

    // A machine remembers only so much of what it has translated.
    private IReadOnlyList<Outcome> RunActual(IReadOnlyList<TestCase> cases)
    {
        if (runs > 1)
        {
            _actual.Dispose();
            _actual = new CaseRunner(actual());
        }

        for (int run = 1; run < runs; run++) _actual.Run(cases);
        return _actual.Run(cases);
    }
}
