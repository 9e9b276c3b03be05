using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Cases by the batch, as many at once as a machine has slots for.</summary>
internal static class Batches
{
    /// <summary>The cases of a form with these indices.</summary>
    public static IEnumerable<IReadOnlyList<TestCase>> OfForm(Code form, int count, ulong seed) =>
        Split(count, (index, slot) => new CaseGenerator(form, index, seed, slot).Make());

    /// <summary>The sequences with these indices.</summary>
    public static IEnumerable<IReadOnlyList<TestCase>> OfSequences(int count, ulong seed) =>
        Split(count, (index, slot) => new SequenceGenerator(index, seed, slot).Make());

    private static IEnumerable<IReadOnlyList<TestCase>> Split(int count, Func<int, int, TestCase> make)
    {
        for (int first = 0; first < count; first += CaseLayout.Slots)
            yield return [.. Enumerable.Range(first, Math.Min(CaseLayout.Slots, count - first)).Select(index => make(index, index - first))];
    }
}
