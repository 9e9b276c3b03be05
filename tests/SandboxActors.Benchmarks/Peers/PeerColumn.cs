namespace SandboxActors.Benchmarks.Peers;

/// <summary>A peer, if it can run here, and what was measured of it.</summary>
internal sealed class PeerColumn : IDisposable
{
    public PeerColumn(PeerKind kind)
    {
        Kind = kind;
        try
        {
            Peer = kind.Make();
        }
        catch (Exception absent)
            when (absent is PeerAbsentException or DllNotFoundException or TypeLoadException or PlatformNotSupportedException)
        {
            Absence = absent.Message;
        }
    }

    public PeerKind Kind { get; }

    public IPeer? Peer { get; }

    /// <summary>Why it cannot run here, or null if it can.</summary>
    public string? Absence { get; }

    /// <summary>Microseconds, by the name of the work.</summary>
    public Dictionary<string, double> Times { get; } = [];

    public LiveMemory? Live { get; set; }

    public void Dispose() => Peer?.Dispose();
}
