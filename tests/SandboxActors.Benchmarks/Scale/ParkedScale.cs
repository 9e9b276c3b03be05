using System.Diagnostics;
using System.Globalization;
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
            points.Add(await MeasureAsync(create));
            Print($"parked_{count.ToString(CultureInfo.InvariantCulture)}_create_us", create, "us");
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

        async Task<ScalePoint> MeasureAsync(double create)
        {
            var random = new Random(sandboxes.Count);
            var times = new List<double>();
            for (int i = 0; i < Samples; i++)
            {
                int number = random.Next(sandboxes.Count);
                long start = Stopwatch.GetTimestamp();
                int held = await sandboxes[number].CallAsync<int>("GetStatic");
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                if (held != number) throw new InvalidOperationException($"Sandbox {number} has the number {held}.");
            }

            return new ScalePoint(sandboxes.Count, create, Median(times), double.NaN);
        }
    }
}
