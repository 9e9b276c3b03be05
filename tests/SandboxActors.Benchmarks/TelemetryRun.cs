using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Core.Telemetry;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using SandboxActors.Machine;
using SandboxActors.Wire;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// What meter and spans cost a call: on a machine without a guest, so that nothing else is in it, while nobody listens, while somebody listens to the
/// meter, and while somebody listens to spans; and what counting written pages costs a guest on KVM. Medians of many rounds, interleaved. Prints
/// <c>name value unit</c>.
/// </summary>
internal static class TelemetryRun
{
    private const ushort ReadyPort = 0xE0;
    private const int Rounds = 1_000;
    private const int PerRound = 500;
    private const int CountedRounds = 20;
    private const int PerCountedRound = 5_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public static int Run()
    {
        byte[] nothing = [.. new MessageWriter().WriteReturn(GuestValue.Void)];
        using IHypervisor hypervisor = AnsweringMachine.Hypervisor((ReadyPort, nothing));
        using Sandbox sandbox = new SandboxBuilder(hypervisor, GuestImage.FromFile(GuestFiles.Path("simple"))).Build();
        Action call = () => sandbox.Call("NoOp");
        Action looks = LooksOf(new GuestCall(sandbox));
        Func<IDisposable>[] listeners = [Nobody, ListenToMeter, ListenToSpans];
        foreach (Func<IDisposable> listen in listeners) WarmUpWith(listen, call);
        WarmUpWith(Nobody, looks);

        var times = listeners.Select(static _ => new List<double>(Rounds)).ToArray();
        var look = new List<double>(Rounds);
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < listeners.Length; i++)
            {
                using IDisposable listener = listeners[i]();
                times[i].Add(Nanoseconds(call));
            }

            look.Add(Nanoseconds(looks));
        }

        Print("telemetry_call_ns", Median(times[0]), "ns");
        Print("telemetry_looks_ns", Median(look), "ns");
        Print("telemetry_off_vs_call", Median(times[0].Zip(look, static (call, look) => call / (call - look))), "ratio");
        Print("telemetry_metered_vs_call", Median(times[1].Zip(times[0], static (metered, call) => metered / call)), "ratio");
        Print("telemetry_traced_vs_call", Median(times[2].Zip(times[0], static (traced, call) => traced / call)), "ratio");
        Print("telemetry_call_bytes", Bytes(Nobody, call), "bytes");
        Print("telemetry_metered_call_bytes", Bytes(ListenToMeter, call), "bytes");
        Print("telemetry_traced_call_bytes", Bytes(ListenToSpans, call), "bytes");
        MeasureCounting();
        return 0;
    }

    // Counting the pages that calls write to is for a real guest on a real machine.
    private static void MeasureCounting()
    {
        using KvmHypervisor hypervisor = KvmHypervisor.Open();
        using Sandbox sandbox = new SandboxBuilder(hypervisor, GuestImage.FromFile(GuestFiles.Path("compute"))).HeapSize(4 << 20).Build();
        foreach (uint pages in new uint[] { 4, 256 })
        {
            sandbox.Call("PreparePages", pages);
            Action call = () => sandbox.Call<ulong>("WritePages", pages);
            var ratios = new List<double>();
            for (int round = 0; round < CountedRounds; round++)
            {
                double before = Nanoseconds(call, PerCountedRound);
                double metered;
                using (ListenToMeter()) metered = Nanoseconds(call, PerCountedRound);
                ratios.Add(2 * metered / (before + Nanoseconds(call, PerCountedRound)));
            }

            Print(string.Create(CultureInfo.InvariantCulture, $"telemetry_metered_vs_call_that_writes_{pages}"), Median(ratios), "ratio");
        }
    }

    // All that a call does for those who might listen, while nobody does.
    private static Action LooksOf(GuestCall call) => () =>
    {
        CallMeter.Begin(call);
        if (SandboxSource.IsListenedTo || SandboxMeter.StaleInterrupts.Enabled) throw new InvalidOperationException("Somebody listens.");
        CallMeter.End(call, default);
        call.Span?.Abandon();
    };

    private static IDisposable Nobody() => new MemoryStream();

    private static MeterListener ListenToMeter()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == SandboxTelemetry.MeterName) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }

    private static ActivityListener ListenToSpans()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SandboxTelemetry.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static void WarmUpWith(Func<IDisposable> listen, Action action)
    {
        using IDisposable listener = listen();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < WarmUp) action();
    }

    private static double Nanoseconds(Action action, int times = PerRound)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++) action();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / times;
    }

    private static double Bytes(Func<IDisposable> listen, Action call)
    {
        using IDisposable listener = listen();
        for (int i = 0; i < PerRound; i++) call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < PerRound; i++) call();
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / PerRound;
    }
}
