namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>The processor in software, in each of the ways in which it can carry instructions out.</summary>
internal static class Software
{
    public const string Interpreted = "interpreted";
    public const string Translated = "translated";

    /// <summary>How often code must be met for the last time to be one in which it is translated.</summary>
    public const int RunsUntilTranslated = 3;

    /// <summary>The names of the ways: one after the other as they are decoded; and translated as soon as they are met a second time.</summary>
    public static IReadOnlyList<string> Ways { get; } = [Interpreted, Translated];

    /// <summary>A hypervisor that goes one way.</summary>
    public static EmulatedHypervisor Open(string way) =>
        new(new EmulatorOptions { TranslateAfter = way == Translated ? 1 : EmulatorOptions.Never });
}
