namespace SandboxActors.Benchmarks.Peers;

/// <summary>What was measured of a peer.</summary>
/// <param name="kind">Which.</param>
/// <param name="absence">Why it cannot run here, or null if it can.</param>
internal sealed class PeerColumn(PeerKind kind, string? absence)
{
    public PeerKind Kind { get; } = kind;

    public string? Absence { get; } = absence;

    /// <summary>Microseconds, by the name of the work.</summary>
    public Dictionary<string, double> Times { get; } = [];

    public LiveMemory? Live { get; set; }
}
