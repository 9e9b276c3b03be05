using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Emulator;
using SandboxActors.Guests;
using SandboxActors.Hosting;
using SandboxActors.Kvm;
using SandboxActors.Machine;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// What time slices cost guests that compute: some of them share one guest thread, slice by slice, and the same number make the same calls one after
/// the other and uninterrupted. Interleaved; the ratio is the median of the rounds' ratios. Prints <c>name value unit</c>.
/// </summary>
internal static class SlicesRun
{
    private const int Guests = 4;
    private const int Rounds = 11;
    private const int WarmUp = 2;

    // About a quarter of a second, fifty quanta, on KVM; the processor in software is some ten times slower.
    private const int BlocksOnKvm = 500_000;
    private const int BlocksEmulated = 50_000;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        SandboxBackend backend = BenchmarkHost.BackendFrom(arguments);
        if (backend == SandboxBackend.Auto) backend = KvmHypervisor.Probe().IsUsable ? SandboxBackend.Kvm : SandboxBackend.Emulator;
        int blocks = backend == SandboxBackend.Kvm ? BlocksOnKvm : BlocksEmulated;

        using IHypervisor hypervisor = backend == SandboxBackend.Kvm ? KvmHypervisor.Open() : new EmulatedHypervisor();
        using Sandbox whole = new SandboxBuilder(hypervisor, GuestImage.FromFile(GuestFiles.Path("compute"))).Build();
        await using BenchmarkHost host = await BenchmarkHost.StartAsync(backend, options => options.GuestThreads(1));
        var sliced = new List<SandboxRef>();
        for (int i = 0; i < Guests; i++) sliced.Add(await host.Sandboxes.CreateAsync("compute"));

        var ratios = new List<double>();
        long slices = 0;
        for (int round = -WarmUp; round < Rounds; round++)
        {
            double before = Uninterrupted(whole, blocks);
            long slicesBefore = await CountAsync(sliced);
            double inSlices = await InSlicesAsync(sliced, blocks);
            slices = await CountAsync(sliced) - slicesBefore;
            double after = Uninterrupted(whole, blocks);
            if (round < 0) continue;
            ratios.Add((before + after) / 2 / inSlices);
        }

        Print("slices_per_call", (double)slices / Guests, "slices");
        Print("slices_throughput_ratio", Median(ratios), "ratio");
        double arming = ArmingNanoseconds();
        double call = CallNanoseconds(whole);
        Print("slice_arming_ns", arming, "ns");
        Print("slice_arming_vs_call", arming / call, "ratio");
        return 0;
    }

    /// <summary>What every call pays for its slice: saying that it begins, when it shall end, and that it has ended.</summary>
    private static double ArmingNanoseconds()
    {
        const int Times = 1_000_000;
        long quantum = Stopwatch.Frequency / 200;
        var slot = new SliceSlot();
        var watchdog = new Watchdog([slot], quantum, static _ => { }); // not started: it is the guest thread's side that is measured
        var times = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Times; i++)
            {
                long now = Stopwatch.GetTimestamp();
                slot.Arm(Nobody.Instance, now + quantum, now + (quantum / 5));
                watchdog.WakeIfAsleep();
                slot.Disarm();
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Times);
        }

        return Median(times);
    }

    private static double CallNanoseconds(Sandbox sandbox)
    {
        const int Times = 300;
        var times = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Times; i++) sandbox.Call<byte[]>("Sha256", 0);
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Times);
        }

        return Median(times);
    }

    private static double Uninterrupted(Sandbox sandbox, int blocks)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Guests; i++) sandbox.Call<byte[]>("Sha256", blocks);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<double> InSlicesAsync(List<SandboxRef> sandboxes, int blocks)
    {
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(sandboxes.Select(sandbox => sandbox.CallAsync<byte[]>("Sha256", blocks)));
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<long> CountAsync(List<SandboxRef> sandboxes)
    {
        long slices = 0;
        foreach (SandboxRef sandbox in sandboxes) slices += (await sandbox.StatusAsync()).Slices;
        return slices;
    }

    private sealed class Nobody : IPreemptible
    {
        public static readonly Nobody Instance = new();

        public void Preempt() => throw new InvalidOperationException("No watchdog looks at this slot.");
    }
}
