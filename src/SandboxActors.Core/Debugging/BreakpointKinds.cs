namespace SandboxActors.Core.Debugging;

/// <summary>How a guest is stopped at an address.</summary>
[Flags]
internal enum BreakpointKinds
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>By a breakpoint instruction in its code, where that can be.</summary>
    Software = 1,

    /// <summary>By looking where it stands after each instruction: its memory stays as it is.</summary>
    Hardware = 2,
}
