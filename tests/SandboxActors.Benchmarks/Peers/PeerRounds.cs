using System.Diagnostics;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>A piece of work, by one peer after the other, in many short rounds: what disturbs the machine disturbs all alike.</summary>
internal static class PeerRounds
{
    private const int Rounds = 21;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(3);

    /// <summary>Median microseconds each, for each peer.</summary>
    public static double[] Measure(PeerWork work, IReadOnlyList<(IPeer Peer, IPeerSandbox Sandbox)> peers)
    {
        int[] times = [.. peers.Select(peer => WarmedUp(work, peer.Peer, peer.Sandbox))];
        List<double>[] measured = [.. peers.Select(static _ => new List<double>())];
        for (int round = 0; round < Rounds; round++)
            for (int i = 0; i < peers.Count; i++) measured[i].Add(work.Measure(peers[i].Peer, peers[i].Sandbox, times[i]));
        return [.. measured.Select(Median)];
    }

    /// <summary>Does the work until the runtime has compiled it for good. Returns how often it fits in a round, at least once.</summary>
    private static int WarmedUp(PeerWork work, IPeer peer, IPeerSandbox sandbox)
    {
        long start = Stopwatch.GetTimestamp();
        double microseconds;
        int times = 1;
        do
        {
            microseconds = work.Measure(peer, sandbox, times);
            times = Math.Max(1, (int)(Round.TotalMicroseconds / microseconds));
        }
        while (Stopwatch.GetElapsedTime(start) < WarmUp);
        return times;
    }
}
