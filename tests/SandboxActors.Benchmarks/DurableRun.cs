using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Emulator;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using SandboxActors.Machine;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// What it costs to save a snapshot and to go on from it elsewhere: one of 256 MiB that all differ, and one of a small guest. Each figure is the median of
/// some rounds. Prints <c>name value unit</c>.
/// </summary>
internal static class DurableRun
{
    private const int Numbers = (256 << 20) / sizeof(int);

    public static int Run()
    {
        using IHypervisor hypervisor = KvmHypervisor.Probe().IsUsable ? KvmHypervisor.Open() : new EmulatedHypervisor();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("durable-run");
        try
        {
            using (Sandbox large = new SandboxBuilder(hypervisor, GuestImage.FromFile(GuestFiles.Path("compute"))).HeapSize(320UL << 20).Build())
            {
                large.Call<ulong>("Sort", Numbers, 1u); // sorted numbers, all over the heap
                Measure(hypervisor, large.Snapshot(), Path.Combine(folder.FullName, "large"), "256mib", rounds: 5, static fork => fork.Call<int>("Sieve", 10));
            }

            using Sandbox small = new SandboxBuilder(hypervisor, GuestImage.FromFile(GuestFiles.Path("simple"))).Build();
            Measure(hypervisor, small.Snapshot(), Path.Combine(folder.FullName, "small"), "small", rounds: 51, static fork => fork.Call("NoOp"));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Measure(IHypervisor hypervisor, Snapshot snapshot, string directory, string size, int rounds, Action<Sandbox> call)
    {
        Print($"durable_save_{size}_ms", Median(Enumerable.Range(0, rounds), round => snapshot.Save($"{directory}-{round}")), "ms");
        directory += "-0";
        Print($"durable_open_{size}_ms", Median(Enumerable.Range(0, 4 * rounds), _ => GC.KeepAlive(Snapshot.Load(directory))), "ms");
        Print($"durable_verify_{size}_ms", Median(Enumerable.Range(0, rounds), _ => Snapshot.Verify(directory)), "ms");

        // From nothing but the directory to the first result, and from a snapshot that has been gone on from before.
        Print($"durable_first_call_{size}_ms", Median(Enumerable.Range(0, rounds), _ => GoOn(Snapshot.Load(directory))), "ms");
        Snapshot loaded = Snapshot.Load(directory);
        GoOn(loaded);
        GoOn(loaded);
        Print($"durable_next_call_{size}_ms", Median(Enumerable.Range(0, rounds), _ => GoOn(loaded)), "ms");

        void GoOn(Snapshot from)
        {
            using Sandbox fork = new SandboxBuilder(hypervisor, from.Image).Fork(from);
            call(fork);
        }
    }

    private static double Median(IEnumerable<int> rounds, Action<int> round) => Figures.Median(rounds.Select(number =>
    {
        long start = Stopwatch.GetTimestamp();
        round(number);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }));
}
