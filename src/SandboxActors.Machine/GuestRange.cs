namespace SandboxActors.Machine;

/// <summary>A range of guest addresses: from <see cref="Start"/> up to, and without, <see cref="End"/>.</summary>
public readonly record struct GuestRange
{
    /// <summary>Makes the range of <paramref name="length"/> bytes at <paramref name="start"/>.</summary>
    /// <exception cref="OverflowException">The end exceeds 64 bits.</exception>
    public GuestRange(GuestAddress start, ulong length)
    {
        Start = start;
        Length = length;
        End = start + length;
    }

    /// <summary>The first address.</summary>
    public GuestAddress Start { get; }

    /// <summary>The first address behind the range.</summary>
    public GuestAddress End { get; }

    /// <summary>The size in bytes.</summary>
    public ulong Length { get; }

    /// <summary>Whether both start and length are whole pages.</summary>
    public bool IsPageAligned => Start.IsPageAligned && Length % GuestAddress.PageSize == 0;

    /// <summary>Whether the address lies inside.</summary>
    public bool Contains(GuestAddress address) => address >= Start && address < End;

    /// <summary>Whether all of <paramref name="other"/> lies inside.</summary>
    public bool Contains(GuestRange other) => other.Start >= Start && other.End <= End;

    /// <summary>Whether the two share at least one byte.</summary>
    public bool Overlaps(GuestRange other) => Start < other.End && other.Start < End;

    /// <inheritdoc />
    public override string ToString() => $"[{Start}, {End})";
}
