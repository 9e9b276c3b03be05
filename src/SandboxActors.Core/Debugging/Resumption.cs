namespace SandboxActors.Core.Debugging;

/// <summary>How a guest goes on.</summary>
/// <param name="IsStep">Whether by one instruction only, and not until something stops it.</param>
/// <param name="RangeStart">For a step: from here</param>
/// <param name="RangeEnd">up to, and without, here it goes on with the next one; none if both are equal.</param>
/// <param name="Signal">What it gets: if it stopped at what would have ended it, whether that is to end it now.</param>
internal readonly record struct Resumption(bool IsStep, ulong RangeStart, ulong RangeEnd, int Signal)
{
    /// <summary>Until something stops it.</summary>
    public static Resumption Free { get; }

    /// <summary>Whether a step is over at an address.</summary>
    public bool EndsAt(ulong address) => IsStep && (address < RangeStart || address >= RangeEnd);
}
