using System.Diagnostics;
using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using Spectre.Console;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>Sandboxes that are all alive, each with a micro-VM of its own: what one more costs, what a call costs, and what each takes.</summary>
internal static class LiveScale
{
    private static readonly int[] Steps = [1, 10, 100, 1000, 8000];

    private const int Samples = 25;
    private const int Calls = 200;
    private const int BareSample = 1000;
    private const int MostWaits = 10;
    private const double SettledKilobytes = 256;

    public static IReadOnlyList<ScalePoint> Run(KvmHypervisor hypervisor, int most, ProgressTask progress)
    {
        GuestImage image = GuestImage.FromFile(GuestFiles.Path("simple"));
        SandboxBuilder builder = new SandboxBuilder(hypervisor, image).PrintTo(static _ => { });
        WarmUp(builder);
        using var memory = new MachineMemory();
        double kernelKilobytes = MeasureKernel(memory);
        var alive = new List<Sandbox>();
        var points = new List<ScalePoint>();
        try
        {
            double before = Taken(memory);
            foreach (int count in Steps.Where(count => count <= most))
            {
                while (alive.Count < count)
                {
                    Sandbox sandbox = builder.Build();
                    sandbox.Call("NoOp");
                    alive.Add(sandbox);
                    progress.Increment(1);
                }

                points.Add(Measure(builder, alive));
            }

            double kilobytes = (Taken(memory) - before) / alive.Count;
            Print("kernel_live_kb_each", kernelKilobytes, "KB");
            Print("live_kb_each", kilobytes, "KB");
            Print("live_kb_each_above_kernel", kilobytes - kernelKilobytes, "KB");
            return points;
        }
        finally
        {
            foreach (Sandbox sandbox in alive) sandbox.Dispose();
        }
    }

    private static void WarmUp(SandboxBuilder builder)
    {
        for (int i = 0; i < 200; i++)
        {
            using Sandbox sandbox = builder.Build();
            Snapshot snapshot = sandbox.Snapshot();
            for (int call = 0; call < 50; call++) sandbox.Call("NoOp");
            sandbox.Restore(snapshot);
            using var bare = new BareMachine();
        }
    }

    // What the kernel takes for a VM of the same kind that is run once: all that it takes, but for the pages that this process touched for it.
    private static double MeasureKernel(MachineMemory memory)
    {
        var bare = new List<BareMachine>();
        double before = Taken(memory);
        double ownBefore = ProcessMemory.Anonymous();
        for (int i = 0; i < BareSample; i++) bare.Add(new BareMachine());
        double own = ProcessMemory.Anonymous() - ownBefore;
        double kilobytes = (Taken(memory) - before - own) / BareSample;
        bare.ForEach(static machine => machine.Dispose());
        return kilobytes;
    }

    // The kernel frees what belonged to a VM some time after the VM is gone: waits until no more comes back.
    private static double Taken(MachineMemory memory)
    {
        ProcessMemory.Collect();
        double taken = memory.Taken;
        for (int wait = 0; wait < MostWaits; wait++)
        {
            Thread.Sleep(TimeSpan.FromSeconds(1));
            double now = memory.Taken;
            if (taken - now < SettledKilobytes) return now;
            taken = now;
        }

        return taken;
    }

    private static ScalePoint Measure(SandboxBuilder builder, List<Sandbox> alive)
    {
        var creates = new List<double>();
        var floors = new List<double>();
        for (int i = 0; i < Samples; i++)
        {
            long start = Stopwatch.GetTimestamp();
            var bare = new BareMachine();
            floors.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            start = Stopwatch.GetTimestamp();
            Sandbox sandbox = builder.Build();
            creates.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            sandbox.Dispose();
            bare.Dispose();
        }

        var random = new Random(alive.Count);
        Sandbox[] chosen = [.. Enumerable.Range(0, Calls).Select(_ => alive[random.Next(alive.Count)])];
        double call = Median(chosen.Select(static sandbox => Time(() => sandbox.Call("NoOp"))));
        double cycle = Median(chosen.Select(static sandbox =>
        {
            Snapshot snapshot = sandbox.Snapshot();
            return Time(() =>
            {
                sandbox.Call<int>("AddToStatic", 1);
                sandbox.Restore(snapshot);
            });
        }));
        Print(Name(alive.Count, "create_us"), Median(creates), "us");
        Print(Name(alive.Count, "create_floor_us"), Median(floors), "us");
        Print($"create_{alive.Count.ToString(CultureInfo.InvariantCulture)}_vs_floor", Median(creates.Zip(floors, static (create, floor) => create / floor)), "ratio");
        Print(Name(alive.Count, "call_us"), call, "us");
        Print(Name(alive.Count, "call_and_restore_us"), cycle, "us");
        return new ScalePoint(alive.Count, Median(creates), call, cycle);
    }

    private static double Time(Action action)
    {
        action(); // what it touches is warm from then on: the cost of it being one of many is what is asked for
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static string Name(int alive, string figure) => string.Create(CultureInfo.InvariantCulture, $"alive_{alive}_{figure}");
}
