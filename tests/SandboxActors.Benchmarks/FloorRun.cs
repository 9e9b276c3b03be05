using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Hosting;
using SandboxActors.Kvm;
using SandboxActors.Wire;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// Calls against the bare exit, in one process and interleaved, so that the machine's changing speed hits both alike. Each figure is the median over
/// many short rounds; a ratio
/// is the median of the ratios of neighbouring rounds. Prints <c>name value unit</c>.
/// </summary>
internal static class FloorRun
{
    private const int Rounds = 60;
    private const int PerRound = 300;

    public static async Task<int> RunAsync()
    {
        using KvmHypervisor hypervisor = KvmHypervisor.Open();
        var image = GuestImage.FromFile(GuestFiles.Path("simple"));
        using var bare = new BareGuest(hypervisor);
        using Sandbox sandbox = new SandboxBuilder(hypervisor, image).HostFunction("HostAdd", (int a, int b) => a + b).Build();
        using IHost host = BuildHost();
        await host.StartAsync();
        SandboxRef reference = await host.Services.GetRequiredService<ISandboxes>().CreateAsync("simple");

        var exit = new List<double>();
        var call = new List<double>();
        var hostCall = new List<double>();
        var actor = new List<double>();
        for (int round = -5; round < Rounds; round++)
        {
            // The floor stands on both sides of what is compared with it, so that a drift of the machine cancels out.
            double before = Microseconds(() => bare.Enter(PerRound));
            double called = Microseconds(() => Call(sandbox));
            double calledHost = Microseconds(() => CallHost(sandbox));
            double throughActor = await CallActorAsync(reference);
            double after = Microseconds(() => bare.Enter(PerRound));
            if (round < 0) continue; // warm-up
            exit.Add((before + after) / 2);
            call.Add(called);
            hostCall.Add(calledHost);
            actor.Add(throughActor);
        }

        Print("floor_exit_us", Median(exit), "us");
        Print("call_us", Median(call), "us");
        Print("call_vs_floor", Median(call.Zip(exit, Ratio)), "ratio");
        Print("host_function_call_us", Median(hostCall), "us");
        Print("host_function_call_vs_two_floors", Median(hostCall.Zip(exit, (c, e) => c / (2 * e))), "ratio");
        Print("actor_call_us", Median(actor), "us");
        Print("actor_call_vs_floor", Median(actor.Zip(exit, Ratio)), "ratio");
        Print("call_allocated_bytes", Allocated(sandbox), "bytes");
        await host.StopAsync();
        RestoreRun.Run(hypervisor);
        CreateRun.Run(hypervisor);
        return 0;
    }

    private static IHost BuildHost()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSandboxes(options => options.Guest("simple", GuestFiles.Path("simple")));
        return builder.Build();
    }

    private static void Call(Sandbox sandbox)
    {
        for (int i = 0; i < PerRound; i++) sandbox.Call("NoOp");
    }

    private static void CallHost(Sandbox sandbox)
    {
        for (int i = 0; i < PerRound; i++) sandbox.Call<int>("Add", 1, 2);
    }

    private static async Task<double> CallActorAsync(SandboxRef reference)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < PerRound; i++) await reference.CallAsync("NoOp");
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / PerRound;
    }

    private static double Microseconds(Action round)
    {
        long start = Stopwatch.GetTimestamp();
        round();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / PerRound;
    }

    private static double Allocated(Sandbox sandbox)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Call(sandbox);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)PerRound;
    }

    private static double Ratio(double value, double floor) => value / floor;
}
