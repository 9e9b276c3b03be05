using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>
/// A parked sandbox's call against a plain call and a restore, without actors; interleaved. Part of <c>-- scale</c>, and <c>-- unpark</c> by itself.
/// </summary>
internal static class UnparkRun
{
    private const int Live = 100;
    private const int Rounds = 8;

    public static int Run()
    {
        using KvmHypervisor hypervisor = KvmHypervisor.Open();
        Run(hypervisor);
        return 0;
    }

    public static void Run(KvmHypervisor hypervisor)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = Live });
        SandboxBuilder builder = new SandboxBuilder(hypervisor, GuestImage.FromFile(GuestFiles.Path("simple"))).PrintTo(static _ => { });
        using Sandbox plain = builder.Build();
        Snapshot start = plain.Snapshot();
        Sandbox[] others = [.. Enumerable.Range(0, Live).Select(_ => builder.Build())];
        Snapshot[] starts = [.. others.Select(static other => other.Snapshot())];
        builder.Pool(pool);
        using Sandbox first = builder.Build();
        Snapshot golden = first.Snapshot();
        Sandbox[] many = [.. Enumerable.Range(0, 20 * Live).Select(_ => first.Fork(golden))];
        var unpark = new List<double>();
        var ratios = new List<double>();
        var cold = new List<double>();
        var coldRatios = new List<double>();
        for (int round = -2; round < Rounds; round++)
        {
            for (int i = 0; i < many.Length; i++)
            {
                double before = Cycle(plain, start);
                long began = Stopwatch.GetTimestamp();
                many[i].Call<int>("AddToStatic", i);
                double time = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
                double after = Cycle(plain, start);
                double oneOfMany = Cycle(others[i % Live], starts[i % Live]);
                if (round < 0) continue;
                unpark.Add(time);
                ratios.Add(2 * time / (before + after));
                cold.Add(oneOfMany);
                coldRatios.Add(2 * oneOfMany / (before + after));
            }
        }

        Print("unpark_call_us", Median(unpark), "us");
        Print("unpark_call_vs_call_plus_restore", Median(ratios), "ratio");
        Print("one_of_100_call_plus_restore_us", Median(cold), "us");
        Print("one_of_100_call_plus_restore_vs_the_same_again", Median(coldRatios), "ratio");
        foreach (Sandbox sandbox in (Sandbox[])[.. many, .. others]) sandbox.Dispose();
    }

    private static double Cycle(Sandbox plain, Snapshot start)
    {
        long began = Stopwatch.GetTimestamp();
        plain.Call<int>("AddToStatic", 1);
        plain.Restore(start);
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds;
    }
}
