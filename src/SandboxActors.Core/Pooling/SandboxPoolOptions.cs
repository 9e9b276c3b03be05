namespace SandboxActors.Core;

/// <summary>How many micro-VMs a <see cref="SandboxPool"/> has, and when sandboxes are parked.</summary>
public sealed record SandboxPoolOptions
{
    /// <summary>The most that <see cref="MaximumLive"/> can be: more than any process has descriptors for.</summary>
    public const int LargestMaximumLive = 1_000_000;

    private static readonly TimeSpan ShortestParkAfter = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestParkAfter = TimeSpan.FromDays(24);

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

    /// <summary>Tests every option against its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside; the message names it and the bounds.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Clock);
        if (MaximumLive is < 1 or > LargestMaximumLive)
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaximumLive), MaximumLive, $"MaximumLive must be at least 1 and at most {LargestMaximumLive}, not {MaximumLive}.");
        }

        if (ParkAfter is { } after && (after < ShortestParkAfter || after > LongestParkAfter))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ParkAfter), after, $"ParkAfter must be at least {ShortestParkAfter} and at most {LongestParkAfter}, not {after}.");
        }
    }
}
