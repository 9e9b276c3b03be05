using System.Diagnostics;
using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Hosting;
using Spectre.Console;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>
/// A hundred thousand sandboxes on a hundred micro-VMs, each an actor that was called and holds a number of its own: what one more costs, what each takes, and
/// what a call costs of one that was parked.
/// </summary>
internal static class ParkedScale
{
    private static readonly int[] Steps = [2000, 10_000, 100_000];

    private const int Live = 100;
    private const int Window = 1000;
    private const int Samples = 2000;

    public static async Task<IReadOnlyList<ScalePoint>> RunAsync(int most, ProgressTask progress)
    {
        await using BenchmarkHost host = await BenchmarkHost.StartAsync(SandboxBackend.Kvm, options => options.Pool(pool => pool with { MaximumLive = Live }));
        SandboxDefinition definition = host.Sandboxes.Define("simple");
        var sandboxes = new List<SandboxRef>();
        await CreateAsync(Window, measure: false); // the first are the process's own start
        double before = ProcessMemory.Resident();
        int counted = sandboxes.Count;
        var points = new List<ScalePoint>();
        double thousandth = 0;
        foreach (int count in Steps.Where(count => count <= most))
        {
            while (sandboxes.Count < count - Window) await CreateAsync(Window, measure: false);
            double create = await CreateAsync(Window, measure: true);
            if (thousandth == 0) thousandth = create;
            var point = new ScalePoint(count, create, await CallAsync(), await CallAndRestoreAsync());
            points.Add(point);
            Print(Name(count, "create_us"), point.Create, "us");
            Print(Name(count, "call_us"), point.Call, "us");
            Print(Name(count, "call_and_restore_us"), point.CallAndRestore, "us");
        }

        double kilobytes = (ProcessMemory.Resident() - before) / (sandboxes.Count - counted);
        Print("parked_kb_each", kilobytes, "KB");
        Print("parked_gb_for_100000", kilobytes * 100_000 / (1 << 20), "GB");
        Print("parked_create_growth", points[^1].Create / thousandth, "ratio");
        return points;

        async Task<double> CreateAsync(int number, bool measure)
        {
            var times = new List<double>();
            for (int i = 0; i < number; i++)
            {
                long start = Stopwatch.GetTimestamp();
                SandboxRef sandbox = await host.Sandboxes.CreateAsync(definition);
                await sandbox.CallAsync<int>("AddToStatic", sandboxes.Count);
                if (measure) times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                sandboxes.Add(sandbox);
                progress.Increment(1);
            }

            return measure ? Median(times) : 0;
        }

        async Task<double> CallAsync()
        {
            var times = new List<double>();
            foreach (int number in Chosen(sandboxes.Count))
            {
                long start = Stopwatch.GetTimestamp();
                int held = await sandboxes[number].CallAsync<int>("GetStatic");
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                Check(number, held);
            }

            return Median(times);
        }

        // The call changes the number, and the restore brings it back. Snapshots first: by the time of its call each sandbox is parked again.
        async Task<double> CallAndRestoreAsync()
        {
            int[] chosen = Chosen(sandboxes.Count);
            var snapshots = new List<Snapshot>();
            foreach (int number in chosen) snapshots.Add(await sandboxes[number].SnapshotAsync());
            var times = new List<double>();
            foreach ((int number, Snapshot snapshot) in chosen.Zip(snapshots))
            {
                long start = Stopwatch.GetTimestamp();
                await sandboxes[number].CallAsync<int>("AddToStatic", 1);
                await sandboxes[number].RestoreAsync(snapshot);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }

            foreach (int number in chosen) Check(number, await sandboxes[number].CallAsync<int>("GetStatic"));
            return Median(times);
        }
    }

    private static int[] Chosen(int of)
    {
        var random = new Random(of);
        return [.. Enumerable.Range(0, Samples).Select(_ => random.Next(of))];
    }

    private static void Check(int number, int held)
    {
        if (held != number) throw new InvalidOperationException($"Sandbox {number} has the number {held}.");
    }

    private static string Name(int parked, string figure) => string.Create(CultureInfo.InvariantCulture, $"parked_{parked}_{figure}");
}
