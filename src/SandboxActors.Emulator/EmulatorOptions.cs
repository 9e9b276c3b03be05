namespace SandboxActors.Emulator;

/// <summary>How software machines run.</summary>
public sealed record EmulatorOptions
{
    /// <summary>The options of a hypervisor that is given none.</summary>
    public static EmulatorOptions Default { get; } = new();

    /// <summary>
    /// How many instructions a run may take before it ends as interrupted, exactly, whatever else happens meanwhile; none unless said otherwise. The
    /// iterations of a repeated string instruction count each.
    /// </summary>
    public ulong InstructionBudget { get; init; } = ulong.MaxValue;

    /// <summary>
    /// How often a block of instructions is interpreted before it is translated to native code. Nothing that a guest can see depends on it.
    /// Translation needs a host that compiles at run time; where there is none, everything is interpreted.
    /// </summary>
    public int TranslateAfter { get; init; } = 1_000;

    /// <summary>The number for <see cref="TranslateAfter"/> that means never.</summary>
    public const int Never = int.MaxValue;
}
