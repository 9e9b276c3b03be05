namespace SandboxActors.Emulator;

/// <summary>How a string instruction repeats.</summary>
internal enum RepeatKind : byte
{
    Once,

    /// <summary>REP, and REPE where it compares.</summary>
    WhileEqual,

    /// <summary>REPNE.</summary>
    WhileNotEqual,
}
