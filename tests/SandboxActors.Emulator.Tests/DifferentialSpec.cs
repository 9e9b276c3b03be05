using System.Globalization;
using Iced.Intel;
using SandboxActors.Emulator.Tests.Differential;
using SandboxActors.TestSupport;
using Xunit.Abstractions;

namespace SandboxActors.Emulator.Tests;

/// <summary>The processor in software does what the one that KVM runs on does, bit by bit.</summary>
public sealed class DifferentialSpec(ITestOutputHelper output)
{
    private const ulong Seed = 20_240_601;
    private const int DefaultCases = 300_000;
    private const int CasesPerTranslated = 300;
    private const int CasesPerSequence = 10;
    private const int MostReported = 3;

    /// <summary>The ways in which the software carries instructions out.</summary>
    public static TheoryData<string> Ways => [.. Software.Ways];

    [SkippableFact]
    public void Every_instruction_form_does_what_the_processor_does() => CompareForms(Software.Interpreted, CaseCount.Wanted(DefaultCases), runs: 1);

    // Translating a case takes a thousand times as long as doing it, so there are fewer; each is done until it is translated.
    [SkippableFact]
    public void Every_instruction_form_does_the_same_translated() =>
        CompareForms(Software.Translated, CaseCount.Wanted(DefaultCases) / CasesPerTranslated, Software.RunsUntilTranslated);

    [SkippableTheory, MemberData(nameof(Ways))]
    public void Every_sequence_of_instructions_does_what_the_processor_does(string way)
    {
        using var comparison =
            new Comparison(Backends.Open("kvm"), () => Software.Open(way), way == Software.Translated ? Software.RunsUntilTranslated : 1);
        int count = CaseCount.Wanted(DefaultCases) / (way == Software.Translated ? CasesPerTranslated : CasesPerSequence);
        var different = new List<TestCase>();
        foreach (IReadOnlyList<TestCase> batch in Batches.OfSequences(count, Seed)) different.AddRange(comparison.FindDifferent(batch));

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} sequences."));
        Assert.True(different.Count == 0, Report(comparison, different));
    }

    private void CompareForms(string way, int cases, int runs)
    {
        using var comparison = new Comparison(Backends.Open("kvm"), () => Software.Open(way), runs);
        int perForm = (int)Math.Ceiling(cases / (double)InstructionForms.Compared.Count);
        var different = new List<TestCase>();
        foreach (Code form in InstructionForms.Compared)
        {
            foreach (IReadOnlyList<TestCase> batch in Batches.OfForm(form, perForm, Seed))
                different.AddRange(comparison.FindDifferent(batch).Take(1));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{perForm * InstructionForms.Compared.Count} cases of {InstructionForms.Compared.Count} forms."));
        Assert.True(different.Count == 0, Report(comparison, different));
    }

    // Of every form what is different, and of the first ones everything.
    private static string Report(Comparison comparison, List<TestCase> different) =>
        $"{different.Count} differ:{Environment.NewLine}"
        + string.Join(Environment.NewLine, different.Select(comparison.Summarize).Concat(different.Take(MostReported).Select(comparison.Describe)));
}
