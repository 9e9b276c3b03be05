namespace SandboxActors.Benchmarks.Peers;

/// <summary>The figures, for programs.</summary>
internal static class PeerFigures
{
    public static void Print(IReadOnlyList<PeerColumn> columns, IReadOnlyList<CycleResult> cycles)
    {
        foreach (PeerWork work in PeerWork.All)
            foreach (PeerColumn column in columns)
                if (column.Times.TryGetValue(work.Name, out double time)) Figures.Print($"{work.Name}_{column.Kind.Name}_us", time, "us");

        foreach (PeerColumn column in columns)
        {
            if (column.Live is not { } live) continue;
            Figures.Print($"live_each_{column.Kind.Name}_kb", live.Machine, "KiB");
            if (column.Kind.LivesInThisProcess) Figures.Print($"live_each_{column.Kind.Name}_process_kb", live.Process, "KiB");
        }

        foreach (CycleResult cycle in cycles)
        {
            if (cycle.Ours is { } ours) Figures.Print($"{cycle.Case.Name}_kvm_us", ours, "us");
            foreach ((string setting, double time) in CycleRun.Settings.Zip(cycle.Wasmtime))
                Figures.Print($"{cycle.Case.Name}_{setting}_us", time, "us");
            if (cycle.Ratio is { } ratio) Figures.Print($"{cycle.Case.Name}_vs_wasmtime", ratio, "ratio");
        }
    }
}
