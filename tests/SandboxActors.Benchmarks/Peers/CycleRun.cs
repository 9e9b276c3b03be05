using System.Diagnostics;
using SandboxActors.Machine;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>
/// Call and restore, ours against Wasmtime under several settings: whole cycles, interleaved, ours on both sides of each of its. Each that does not
/// find its pages as new fails.
/// </summary>
internal static class CycleRun
{
    private const int Rounds = 21;
    private const int WarmUp = 4;

    // Before, a restore of ours looks at pages that were written long ago too: at the latest after 64 restores it has forgotten those that did not change,
    // and has found those that do.
    private const int RestoresToSettle = 130;

    // Each takes some milliseconds, for the caches to be filled: so few that what is measured takes a few minutes no longer.
    private const int ColdCyclesPerRound = 3;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(4);

    private static readonly ProcessorCaches Caches = new();

    /// <summary>
    /// Of Wasmtime, in the figures' names: memory mapped for each instance, as by default; of a pool, given back to the kernel; of a pool, put
    /// back by copying as far as what is written reaches.
    /// </summary>
    public static IReadOnlyList<string> Settings { get; } = ["wasmtime", "wasmtime_pooled", "wasmtime_resident"];

    public static IEnumerable<CycleResult> Run(IHypervisor? kvm)
    {
        foreach (IGrouping<int, CycleCase> cases in CycleCase.All.GroupBy(static item => item.Size))
        {
            byte[] module = WasmModule.Pages(cases.Key);
            nuint size = (nuint)cases.Key;
            using SandboxCycle? ours = kvm is null ? null : new SandboxCycle(kvm, cases.Key);
            using var mapped = new WasmtimeCycle(WasmtimeSettings.Default, module);
            using var pooled = new WasmtimeCycle(WasmtimeSettings.Pooled(size, keepResident: 0), module);
            foreach (CycleCase item in cases)
            {
                using var resident = new WasmtimeCycle(WasmtimeSettings.Pooled(size, (nuint)item.Reach), module);
                yield return Measure(item, ours, [mapped, pooled, resident]);
            }
        }
    }

    private static CycleResult Measure(CycleCase item, SandboxCycle? ours, WasmtimeCycle[] theirs)
    {
        List<double> own = [];
        List<double>[] times = [.. theirs.Select(static _ => new List<double>())];
        List<double>[] ratios = [.. theirs.Select(static _ => new List<double>())];
        for (int i = 0; i < RestoresToSettle && ours is not null; i++) Once(ours, item);
        for (int round = -WarmUp; round < Rounds; round++)
        {
            double before = ours is null ? double.NaN : Cycle(ours, item);
            for (int i = 0; i < theirs.Length; i++)
            {
                double time = Cycle(theirs[i], item);
                double after = ours is null ? double.NaN : Cycle(ours, item);
                if (round >= 0)
                {
                    times[i].Add(time);
                    ratios[i].Add(2 * time / (before + after));
                    own.Add(after);
                }

                before = after;
            }
        }

        double? median = ours is null ? null : Median(own);
        return new CycleResult(item, median, [.. times.Select(Median)], ours is null ? null : ratios.Min(Median));
    }

    private static double Cycle(ICycle cycle, CycleCase item) => item.Shape == CycleShape.Cold ? ColdCycles(cycle, item) : WarmCycles(cycle, item);

    /// <summary>
    /// As many as fit in a round, at least one: microseconds each. One goes before them, so that none pays for what another has put out of the
    /// processor's caches.
    /// </summary>
    private static double WarmCycles(ICycle cycle, CycleCase item)
    {
        Once(cycle, item);
        long start = Stopwatch.GetTimestamp();
        TimeSpan passed;
        int times = 0;
        do
        {
            Once(cycle, item);
            times++;
            passed = Stopwatch.GetElapsedTime(start);
        }
        while (passed < Round);
        return passed.TotalMicroseconds / times;
    }

    private static double ColdCycles(ICycle cycle, CycleCase item)
    {
        TimeSpan passed = TimeSpan.Zero;
        for (int i = 0; i < ColdCyclesPerRound; i++)
        {
            Caches.Fill();
            long start = Stopwatch.GetTimestamp();
            Once(cycle, item);
            passed += Stopwatch.GetElapsedTime(start);
        }

        return passed.TotalMicroseconds / ColdCyclesPerRound;
    }

    private static void Once(ICycle cycle, CycleCase item)
    {
        if (cycle.CallAndRestore(item.Pages, item.Apart) != item.Sum)
            throw new InvalidOperationException($"{item.Name}: the restore before did not put everything back.");
    }
}
