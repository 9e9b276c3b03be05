namespace SandboxActors.Core.Diagnostics;

/// <summary>Why a walk up the stack ended.</summary>
internal enum StackWalkEnd
{
    /// <summary>There is no caller any more.</summary>
    Outermost,

    /// <summary>There may be more callers, but no more are looked at.</summary>
    TooDeep,

    /// <summary>The frame pointer points outside the stack.</summary>
    OutsideStack,

    /// <summary>The frame pointer is no multiple of 8.</summary>
    Misaligned,

    /// <summary>The frame does not lie above the one before.</summary>
    NotAscending,
}
