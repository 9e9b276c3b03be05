using System.Diagnostics;
using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// A call that writes to so many pages and a restore, against the same by hand: whole cycles, interleaved. Part of <c>-- floor</c>. Prints <c>name value
/// unit</c>.
/// </summary>
internal static class RestoreRun
{
    private const int Rounds = 40;
    private const int PerRound = 100;
    private const uint Prepared = 256;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public static void Run(KvmHypervisor hypervisor)
    {
        GuestImage image = GuestImage.FromFile(GuestFiles.Path("compute"));
        foreach (uint pages in new uint[] { 4, 32, 256 })
        {
            using var bare = new BareWriter(hypervisor, (int)pages);
            (double floor, double cycle, double ratio) = Measure(bare, hypervisor, image, pages, prepared: pages, heap: 4 << 20);
            Print(Name("restore", pages, "floor_us"), floor, "us");
            Print(Name("restore", pages, "us"), cycle, "us");
            Print(Name("restore", pages, "vs_floor"), ratio, "ratio");
        }

        // Pages that were written once, before the snapshot, and are not written any more; and memory that is large but not used.
        using var four = new BareWriter(hypervisor, 4);
        Print("restore_4_of_256_vs_floor", Measure(four, hypervisor, image, 4, Prepared, heap: 4 << 20).Ratio, "ratio");
        Print("restore_4_in_1gib_vs_floor", Measure(four, hypervisor, image, 4, prepared: 4, heap: 1 << 30).Ratio, "ratio");
    }

    private static (double Floor, double Cycle, double Ratio) Measure(
        BareWriter bare, KvmHypervisor hypervisor, GuestImage image, uint pages, uint prepared, ulong heap)
    {
        using Sandbox sandbox = new SandboxBuilder(hypervisor, image).HeapSize(heap).Build();
        sandbox.Call("PreparePages", prepared);
        Snapshot snapshot = sandbox.Snapshot();
        ulong expected = sandbox.Call<ulong>("WritePages", pages);
        sandbox.Restore(snapshot);

        // Until all of it has been compiled for good, which happens beside it; otherwise the first case pays for it.
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < WarmUp) Cycle(sandbox, snapshot, pages, expected);

        var floors = new List<double>();
        var cycles = new List<double>();
        for (int round = -3; round < Rounds; round++)
        {
            double before = Microseconds(() => bare.Cycle(PerRound));
            double cycle = Microseconds(() => Cycle(sandbox, snapshot, pages, expected));
            double after = Microseconds(() => bare.Cycle(PerRound));
            if (round < 0) continue; // warm-up
            floors.Add((before + after) / 2);
            cycles.Add(cycle);
        }

        return (Median(floors), Median(cycles), Median(cycles.Zip(floors, static (cycle, floor) => cycle / floor)));
    }

    private static void Cycle(Sandbox sandbox, Snapshot snapshot, uint pages, ulong expected)
    {
        for (int i = 0; i < PerRound; i++)
        {
            if (sandbox.Call<ulong>("WritePages", pages) != expected) throw new InvalidOperationException("The restore before did not put everything back.");
            sandbox.Restore(snapshot);
        }
    }

    private static double Microseconds(Action round)
    {
        long start = Stopwatch.GetTimestamp();
        round();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / PerRound;
    }

    private static string Name(string what, uint pages, string unit) => string.Create(CultureInfo.InvariantCulture, $"{what}_{pages}_{unit}");
}
