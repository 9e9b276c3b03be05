using SandboxActors.Kvm;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>
/// The same work side by side: this project on KVM and in software, Wasmtime as it comes and tuned, V8, Jint, a child process. And whole cycles, call
/// and restore, against Wasmtime. Prints <c>name value unit</c>, then tables. A peer that cannot run here is named and left out. One part alone, for
/// figures that were disturbed: <c>-- peers work</c>, <c>-- peers memory</c>, <c>-- peers cycles</c>.
/// </summary>
internal static class PeersRun
{
    /// <param name="parts">Which; all if none is named.</param>
    public static int Run(IReadOnlyCollection<string> parts)
    {
        List<PeerColumn> columns = [];
        List<CycleResult> cycles = [];
        using (var progress = new PeersProgress())
        {
            progress.Say("making the peers");
            if (Wanted("work") || Wanted("memory")) columns.AddRange(PeerKind.All.Select(static kind => new PeerColumn(kind)));
            if (Wanted("work")) MeasureWork([.. columns.Where(static column => column.Peer is not null)], progress);
            foreach (PeerColumn column in columns) column.Dispose();
            if (Wanted("memory")) MeasureMemory(columns.Where(static column => column.Peer is not null), progress);
            if (Wanted("cycles")) cycles = MeasureCycles(progress);
        }

        PeerFigures.Print(columns, cycles);
        PeerTables.Show(columns, cycles);
        return 0;

        bool Wanted(string part) => parts.Count == 0 || parts.Contains(part);
    }

    private static void MeasureWork(List<PeerColumn> present, PeersProgress progress)
    {
        (IPeer Peer, IPeerSandbox Sandbox)[] peers = [.. present.Select(static column => (column.Peer!, column.Peer!.Create()))];
        foreach (PeerWork work in PeerWork.All)
        {
            progress.Say(work.Title);
            foreach ((PeerColumn column, double time) in present.Zip(PeerRounds.Measure(work, peers))) column.Times.Add(work.Name, time);
        }

        foreach ((_, IPeerSandbox sandbox) in peers) sandbox.Dispose();
    }

    private static void MeasureMemory(IEnumerable<PeerColumn> present, PeersProgress progress)
    {
        foreach (PeerColumn column in present)
        {
            progress.Say($"memory of {column.Kind.Live:N0} alive: {column.Kind.Title}");
            column.Live = LiveMemory.Of(column.Kind);
        }
    }

    private static List<CycleResult> MeasureCycles(PeersProgress progress)
    {
        using KvmHypervisor? kvm = KvmHypervisor.Probe().IsUsable ? KvmHypervisor.Open() : null;
        var results = new List<CycleResult>();
        progress.Say("call and restore, against Wasmtime");
        foreach (CycleResult result in CycleRun.Run(kvm))
        {
            results.Add(result);
            progress.Say($"call and restore, against Wasmtime: {results.Count} of {CycleCase.All.Count}");
        }

        return results;
    }
}
