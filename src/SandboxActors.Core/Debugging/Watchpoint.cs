namespace SandboxActors.Core.Debugging;

/// <summary>Memory that is watched.</summary>
/// <param name="Address">Its first byte.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Kind">What for.</param>
internal readonly record struct Watchpoint(ulong Address, int Length, WatchKind Kind)
{
    /// <summary>The most bytes.</summary>
    public const int MaximumLength = 4096;

    /// <summary>Whether a part of memory has a byte in common with it.</summary>
    public bool Overlaps(ulong start, ulong length) =>
        length > 0 && (start >= Address ? start - Address < (ulong)Length : Address - start < length);
}
