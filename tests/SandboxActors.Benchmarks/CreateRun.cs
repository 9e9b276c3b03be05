using System.Diagnostics;
using SandboxActors.Benchmarks.Scale;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// A sandbox made against the bare calls of the kernel, and one taken from a pool and called against a call and a restore. Part of <c>-- floor</c>.
/// </summary>
internal static class CreateRun
{
    private const int Creates = 200;
    private const int Rounds = 40;
    private const int PerRound = 100;

    public static void Run(KvmHypervisor hypervisor)
    {
        GuestImage image = GuestImage.FromFile(GuestFiles.Path("simple"));
        SandboxBuilder builder = new SandboxBuilder(hypervisor, image).PrintTo(static _ => { });
        Create(builder, () => new SandboxBuilder(hypervisor, image).PrintTo(static _ => { }).HostFunction("HostAdd", (int a, int b) => a + b));
        TakeFromPool(builder);
    }

    // Of one builder, and of a builder each, as sandboxes have whose host functions are their own.
    private static void Create(SandboxBuilder builder, Func<SandboxBuilder> another)
    {
        var floors = new List<double>();
        var creates = new List<double>();
        var owns = new List<double>();
        for (int i = -20; i < Creates; i++)
        {
            (double floor, BareMachine bare) = Time(static () => new BareMachine());
            (double create, Sandbox sandbox) = Time(builder.Build);
            (double again, BareMachine other) = Time(static () => new BareMachine());
            (double own, Sandbox ofItsOwn) = Time(() => another().Build());
            sandbox.Dispose();
            ofItsOwn.Dispose();
            bare.Dispose();
            other.Dispose();
            if (i < 0) continue; // warm-up
            floors.Add((floor + again) / 2);
            creates.Add(create);
            owns.Add(own);
        }

        Print("create_floor_us", Median(floors), "us");
        Print("create_us", Median(creates), "us");
        Print("create_vs_floor", Median(creates.Zip(floors, static (create, floor) => create / floor)), "ratio");
        Print("create_with_own_functions_vs_floor", Median(owns.Zip(floors, static (create, floor) => create / floor)), "ratio");
    }

    private static void TakeFromPool(SandboxBuilder builder)
    {
        using Sandbox plain = builder.Build();
        Snapshot start = plain.Snapshot();
        using var pool = new SandboxPool();
        builder.Pool(pool);
        using Sandbox first = builder.Build();
        Snapshot golden = first.Snapshot();
        pool.KeepReady(builder, golden, 8).Wait();
        var cycles = new List<double>();
        var takes = new List<double>();
        for (int round = -3; round < Rounds; round++)
        {
            double before = Cycle(plain, start);
            double take = Take(builder, golden);
            double after = Cycle(plain, start);
            if (round < 0) continue; // warm-up
            cycles.Add((before + after) / 2);
            takes.Add(take);
        }

        Print("call_plus_restore_us", Median(cycles), "us");
        Print("pool_first_result_us", Median(takes), "us");
        Print("pool_first_result_vs_call_plus_restore", Median(takes.Zip(cycles, static (take, cycle) => take / cycle)), "ratio");
    }

    private static double Cycle(Sandbox plain, Snapshot start)
    {
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < PerRound; i++)
        {
            plain.Call<int>("AddToStatic", 1);
            plain.Restore(start);
        }

        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / PerRound;
    }

    // With what it takes to give the micro-VM back.
    private static double Take(SandboxBuilder builder, Snapshot golden)
    {
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < PerRound; i++)
        {
            using Sandbox sandbox = builder.Fork(golden);
            if (sandbox.Call<int>("AddToStatic", i) != i) throw new InvalidOperationException("The micro-VM held more than its golden snapshot.");
        }

        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / PerRound;
    }

    private static (double Microseconds, T Made) Time<T>(Func<T> make)
    {
        long began = Stopwatch.GetTimestamp();
        T made = make();
        return (Stopwatch.GetElapsedTime(began).TotalMicroseconds, made);
    }
}
