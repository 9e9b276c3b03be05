using System.Globalization;
using SandboxActors.Emulator.Tests.Differential;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using Xunit.Abstractions;

namespace SandboxActors.Emulator.Tests;

/// <summary>
/// What KVM made of cases is kept in Recorded/expectations.bin, so that the software is compared with it where there is no KVM. After a change
/// of what
/// cases there are (a new instruction, another generator) it is made again on a machine with KVM:
/// <c>SANDBOX_ACTORS_RECORD=1 dotnet test tests/SandboxActors.Emulator.Tests -c Release --filter
/// Expectations_are_recorded_where_that_is_asked_for</c>
/// </summary>
public sealed class RecordedExpectationSpec(ITestOutputHelper output)
{
    private const string RecordVariable = "SANDBOX_ACTORS_RECORD";
    private const ulong Seed = 4711;
    private const int CasesPerForm = 128;
    private const int SequenceCount = 16_384;
    private const int ImagesPerForm = 4;
    private const int MostReported = 5;

    [Fact]
    public void The_software_does_what_was_recorded() => Compare(SharedHypervisor.Emulator);

    [SkippableFact]
    public void KVM_still_does_what_was_recorded() => Compare(Backends.Open("kvm"));

    [Fact]
    public void Every_form_is_recorded() =>
        Assert.Equal(InstructionForms.Compared.Select(form => form.ToString()).Append("Sequences"), ExpectationFile.Read().Groups
            .Select(group => group.Name));

    [SkippableFact]
    public void Expectations_are_recorded_where_that_is_asked_for()
    {
        Skip.IfNot(Environment.GetEnvironmentVariable(RecordVariable) == "1", $"{RecordVariable} is not 1.");
        using var runner = new CaseRunner(Backends.Open("kvm"));
        List<ExpectationGroup> groups = [.. Groups(Seed, CasesPerForm, SequenceCount).Select(group => Record(runner, group.Name, group.Batches))];
        string path = ExpectationFile.Write(Seed, groups);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{groups.Sum(group => group.Count)} cases, {new FileInfo(path).Length} bytes in {path}."));
        Assert.All(groups, group => Assert.NotEmpty(group.Digests));
    }

    private static ExpectationGroup Record(CaseRunner runner, string name, IEnumerable<IReadOnlyList<TestCase>> batches)
    {
        var results = new List<(TestCase Made, Outcome Outcome)>();
        foreach (IReadOnlyList<TestCase> batch in batches) results.AddRange(batch.Zip(runner.Run(batch)));
        return ExpectationGroup.Record(name, results, ImagesPerForm);
    }

    private static IEnumerable<(string Name, IEnumerable<IReadOnlyList<TestCase>> Batches)> Groups(ulong seed, int perForm, int sequences)
    {
        foreach (Iced.Intel.Code form in InstructionForms.Compared) yield return (form.ToString(), Batches.OfForm(form, perForm, seed));
        yield return ("Sequences", Batches.OfSequences(sequences, seed));
    }

    private void Compare(IHypervisor hypervisor)
    {
        (ulong seed, IReadOnlyList<ExpectationGroup> recorded) = ExpectationFile.Read();
        Dictionary<string, ExpectationGroup> byName = recorded.ToDictionary(group => group.Name);
        using var runner = new CaseRunner(hypervisor);
        var differences = new List<string>();
        int count = 0;
        foreach ((string name, IEnumerable<IReadOnlyList<TestCase>> batches) in Groups(seed, CasesPerForm, SequenceCount))
        {
            // A form that is missing is what Every_form_is_recorded says.
            if (!byName.TryGetValue(name, out ExpectationGroup? group)) continue;
            List<TestCase> cases = [.. batches.SelectMany(batch => batch)];
            Assert.True(
                group.InputDigest.AsSpan().SequenceEqual(ExpectationGroup.DigestOfInput(cases)),
                $"The cases of {name} are made in another way than when they were recorded: record again.");
            count += cases.Count;
            differences.AddRange(Differences(runner, hypervisor.Name, group, cases).Take(1));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} recorded cases."));
        Assert.True(
            differences.Count == 0, $"{differences.Count} groups differ.{Environment.NewLine}{string.Join(Environment.NewLine, differences.Take(MostReported))}");
    }

    private static IEnumerable<string> Differences(CaseRunner runner, string name, ExpectationGroup group, List<TestCase> cases)
    {
        int index = 0;
        foreach (TestCase[] batch in cases.Chunk(CaseLayout.Slots))
        {
            IReadOnlyList<Outcome> outcomes = runner.Run(batch);
            for (int i = 0; i < batch.Length; i++, index++)
            {
                if (group.IsExpected(index, batch[i], outcomes[i])) continue;
                // Where only a digest was recorded, the outcome is shown against the input.
                Outcome? expected = group.Expected(index, batch[i]);
                yield return CaseText.Difference(
                    batch[i], expected ?? Outcome.OfInput(batch[i]), outcomes[i], expected is null
                        ? "input, since only a digest was recorded" : "recorded", name);
            }
        }
    }
}
