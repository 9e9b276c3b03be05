using SandboxActors.Core;

namespace SandboxActors;

/// <summary>How one stream runs.</summary>
public sealed record StreamOptions
{
    /// <summary>The most that <see cref="Capacity"/> may be.</summary>
    public const int MaximumCapacity = 1_000_000;

    /// <summary>All defaults.</summary>
    public static StreamOptions Default { get; } = new();

    /// <summary>
    /// Items that may wait for the consumer before the guest is paused; from 1 to <see cref="MaximumCapacity"/>, 16 unless said otherwise.
    /// </summary>
    public int Capacity { get; init; } = 16;

    /// <summary>
    /// What bounds the call behind the stream: all of it, waiting for the consumer included. <see cref="CallOptions.Items"/> is the stream's own.
    /// </summary>
    public CallOptions Call { get; init; } = CallOptions.None;

    /// <exception cref="ArgumentOutOfRangeException">A value that cannot be.</exception>
    /// <exception cref="ArgumentException">The call's items go elsewhere.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Capacity, 1, nameof(Capacity));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Capacity, MaximumCapacity, nameof(Capacity));
        ArgumentNullException.ThrowIfNull(Call);
        Call.Validate();
        if (Call.Items is not null) throw new ArgumentException("A stream takes the items itself; leave Call.Items null.", nameof(Call));
    }
}
