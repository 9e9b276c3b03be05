namespace SandboxActors.Core;

/// <summary>How many micro-VMs a <see cref="SandboxPool"/> has, and when sandboxes are parked.</summary>
public sealed record SandboxPoolOptions
{
    /// <summary>The most that <see cref="MaximumLive"/> can be: more than any process has descriptors for.</summary>
    public const int LargestMaximumLive = 1_000_000;

    /// <summary>All defaults.</summary>
    public static SandboxPoolOptions Default { get; } = new();

    /// <summary>
    /// Micro-VMs that there may be before idle sandboxes are parked for others, the least recently used first; 1,000 unless said otherwise. Each takes some
    /// 600 KB, most of them the kernel's, and two descriptors; and the more there are the longer the kernel takes to make another. While all are in the middle
    /// of a call, more are made.
    /// </summary>
    public int MaximumLive { get; init; } = 1000;

    /// <summary>After how long without use a sandbox is parked though nobody needs its micro-VM; never unless said otherwise.</summary>
    public TimeSpan? ParkAfter { get; init; }

    /// <summary>The clock that <see cref="ParkAfter"/> goes by; the system's unless said otherwise.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        if (MaximumLive is < 1 or > LargestMaximumLive)
            throw new ArgumentOutOfRangeException(nameof(MaximumLive), MaximumLive, $"From 1 to {LargestMaximumLive}.");
        if (ParkAfter is { } after && (after < TimeSpan.FromMilliseconds(1) || after > TimeSpan.FromDays(49)))
            throw new ArgumentOutOfRangeException(nameof(ParkAfter), after, "From 1 millisecond to 49 days.");
        ArgumentNullException.ThrowIfNull(Clock);
    }
}
