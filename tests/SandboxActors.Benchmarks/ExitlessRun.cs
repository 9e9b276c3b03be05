using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// Calls whose guest stays inside on a processor of its own, in a tight loop, beside calls that cost an exit each; and what it costs where calls come
/// too rarely for it to pay. Medians of many short rounds, interleaved; rounds are short because one in which another program took a processor away
/// says nothing. Prints <c>name value unit</c>.
/// </summary>
internal static class ExitlessRun
{
    private const int Rounds = 1_000;
    private const int PerRound = 500;
    private const int PlainPerRound = 20;
    private const int ToBegin = 50;
    private const int IdleRounds = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(1);

    public static async Task<int> RunAsync()
    {
        using KvmHypervisor hypervisor = KvmHypervisor.Open();
        var image = GuestImage.FromFile(GuestFiles.Path("simple"));
        using Sandbox plain = new SandboxBuilder(hypervisor, image).Build();
        using Sandbox exitless = new SandboxBuilder(hypervisor, image).Exitless(Poll).Build();
        if (exitless.Exitless is null)
        {
            await Console.Error.WriteLineAsync("Calls without an exit need two processors.");
            return 3;
        }

        TightLoop(exitless, plain);
        TooRarely(exitless, plain);
        AfterTheLast(exitless);
        return 0;
    }

    private static void TightLoop(Sandbox exitless, Sandbox plain)
    {
        var call = new List<double>();
        var echo = new List<double>();
        var plainCall = new List<double>();
        int without = 0;
        for (int round = -200; round < Rounds; round++)
        {
            for (int i = 0; i < ToBegin; i++) exitless.Call("NoOp"); // the guest has left during the round of plain calls
            double called = Microseconds(exitless, PerRound, static (sandbox, _) => sandbox.Call("NoOp"));
            double echoed = Microseconds(exitless, PerRound, static (sandbox, i) => sandbox.Call<int>("EchoI32", i));
            if (exitless.Exitless!.HasPaid) without++;
            double calledPlain = Microseconds(plain, PlainPerRound, static (sandbox, _) => sandbox.Call("NoOp"));
            if (round < 0) // warm-up
            {
                without = 0;
                continue;
            }

            call.Add(called);
            echo.Add(echoed);
            plainCall.Add(calledPlain);
        }

        Print("exitless_call_us", Median(call), "us");
        Print("exitless_echo_us", Median(echo), "us");
        Print("exitless_plain_call_us", Median(plainCall), "us");
        Print("exitless_plain_vs_exitless", Median(plainCall.Zip(call, static (p, c) => p / c)), "ratio");
        Print("exitless_rounds_inside", 100.0 * without / Rounds, "percent");
    }

    private static void TooRarely(Sandbox exitless, Sandbox plain)
    {
        var call = new List<double>();
        var plainCall = new List<double>();
        for (int round = 0; round < IdleRounds; round++)
        {
            Wait(Idle);
            call.Add(Microseconds(exitless, 1, static (sandbox, _) => sandbox.Call("NoOp")));
            Wait(Idle);
            plainCall.Add(Microseconds(plain, 1, static (sandbox, _) => sandbox.Call("NoOp")));
        }

        Print("exitless_idle_call_us", Median(call), "us");
        Print("exitless_idle_plain_call_us", Median(plainCall), "us");
    }

    // How long the guest takes its processor when there is no further call.
    private static void AfterTheLast(Sandbox exitless)
    {
        var inside = new List<double>();
        for (int round = 0; round < IdleRounds; round++)
        {
            for (int i = 0; i < ToBegin; i++) exitless.Call("NoOp");
            long start = Stopwatch.GetTimestamp();
            if (!exitless.Exitless!.IsGuestLooking) continue;
            while (exitless.Exitless.IsGuestLooking) Thread.SpinWait(1);
            inside.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        if (inside.Count > 0) Print("exitless_idle_poll_us", Median(inside), "us");
    }

    private static double Microseconds(Sandbox sandbox, int times, Action<Sandbox, int> call)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++) call(sandbox, i);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / times;
    }

    private static void Wait(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time) Thread.SpinWait(1);
    }
}
