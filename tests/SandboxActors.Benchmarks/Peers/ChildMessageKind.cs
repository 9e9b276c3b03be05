namespace SandboxActors.Benchmarks.Peers;

/// <summary>What a message between a process and its child asks, or answers.</summary>
internal enum ChildMessageKind : byte
{
    /// <summary>From the child: it is ready for its first call.</summary>
    Ready,

    /// <summary>Two numbers to be added.</summary>
    Add,

    /// <summary>Two numbers that the other side is to have added by this one.</summary>
    AddOnHost,

    /// <summary>Text to be given back.</summary>
    Echo,

    /// <summary>How often was this asked?</summary>
    Count,

    /// <summary>To the child: spin. From it: it does.</summary>
    Spin,

    /// <summary>What was asked for: two numbers of which the second is zero, or text.</summary>
    Answer,
}
