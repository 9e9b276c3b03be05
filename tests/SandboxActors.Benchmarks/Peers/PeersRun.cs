using SandboxActors.Kvm;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>
/// The same work side by side: this project on KVM and in software, Wasmtime as it comes and tuned, V8, Jint, a child process. And whole cycles, call
/// and restore, against Wasmtime. Prints <c>name value unit</c>, then tables. A peer that cannot run here is named and left out.
/// </summary>
internal static class PeersRun
{
    public static int Run()
    {
        using var progress = new PeersProgress();
        List<PeerColumn> columns = MeasureWork(progress);
        foreach (PeerColumn column in columns.Where(static column => column.Absence is null))
        {
            progress.Say($"memory of {column.Kind.Live:N0} alive: {column.Kind.Title}");
            column.Live = LiveMemory.Of(column.Kind);
            Print($"live_each_{column.Kind.Name}_kb", column.Live.Machine, "KiB");
            if (column.Kind.LivesInThisProcess) Print($"live_each_{column.Kind.Name}_process_kb", column.Live.Process, "KiB");
        }

        List<CycleResult> cycles = MeasureCycles(progress);
        progress.Dispose();
        PeerTables.Show(columns, cycles);
        return 0;
    }

    private static List<PeerColumn> MeasureWork(PeersProgress progress)
    {
        var columns = new List<PeerColumn>();
        var present = new List<(PeerColumn Column, IPeer Peer, IPeerSandbox Sandbox)>();
        try
        {
            foreach (PeerKind kind in PeerKind.All)
            {
                progress.Say($"making {kind.Title}");
                IPeer? peer = kind.TryMake(out string? reason);
                columns.Add(new PeerColumn(kind, reason));
                if (peer is not null) present.Add((columns[^1], peer, peer.Create()));
                else Console.WriteLine($"{kind.Title} is left out: {reason}");
            }

            foreach (PeerWork work in PeerWork.All)
            {
                progress.Say(work.Title);
                double[] times = PeerRounds.Measure(work, [.. present.Select(static item => (item.Peer, item.Sandbox))]);
                foreach ((PeerColumn column, double time) in present.Select(static item => item.Column).Zip(times))
                {
                    column.Times.Add(work.Name, time);
                    Print($"{work.Name}_{column.Kind.Name}_us", time, "us");
                }
            }

            return columns;
        }
        finally
        {
            foreach ((_, IPeer peer, IPeerSandbox sandbox) in present)
            {
                sandbox.Dispose();
                peer.Dispose();
            }
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
            if (result.Ours is { } ours) Print($"{result.Case.Name}_kvm_us", ours, "us");
            foreach ((string setting, double time) in CycleRun.Settings.Zip(result.Wasmtime)) Print($"{result.Case.Name}_{setting}_us", time, "us");
            if (result.Ratio is { } ratio) Print($"{result.Case.Name}_vs_wasmtime", ratio, "ratio");
        }

        return results;
    }
}
