using System.Diagnostics;
using SandboxActors.Hosting;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// Short calls beside guests that never end: 1,000 sandboxes spin, and 100 others answer one <c>NoOp</c> after the other. How long such a call takes,
/// in quanta, and how long it takes when nobody spins. Prints <c>name value unit</c>.
/// </summary>
internal static class FairnessRun
{
    private const int Spinners = 1_000;
    private const int Others = 100;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        await using BenchmarkHost host = await BenchmarkHost.StartAsync(BenchmarkHost.BackendFrom(arguments));
        TimeSpan quantum = host.Sandboxes.Settings.Scheduling.Quantum;
        List<SandboxRef> others = await CreateAsync(host.Sandboxes, Others);
        List<SandboxRef> spinners = await CreateAsync(host.Sandboxes, Spinners);

        await CallAllAsync(others, WarmUp);
        List<double> alone = await CallAllAsync(others, Measured);
        Show("short_call_alone", alone, quantum);

        long start = Stopwatch.GetTimestamp();
        Task[] spins = [.. spinners.Select(spinner => spinner.CallAsync("Spin"))];
        await WaitForSlicesAsync(spinners);
        Print("spinners_first_slices_seconds", Stopwatch.GetElapsedTime(start).TotalSeconds, "seconds");

        long slices = await CountSlicesAsync(spinners);
        start = Stopwatch.GetTimestamp();
        List<double> beside = await CallAllAsync(others, Measured);
        slices = await CountSlicesAsync(spinners) - slices;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Show("short_call", beside, quantum);
        Print("short_calls_per_second", beside.Count / Measured.TotalSeconds, "calls_per_second");
        Print("short_calls_alone_per_second", alone.Count / Measured.TotalSeconds, "calls_per_second");
        Print("spinners_slices_per_second", slices / seconds, "slices_per_second");

        foreach (SandboxRef spinner in spinners) _ = spinner.StopAsync();
        await Task.WhenAll(spins.Select(spin => spin.ContinueWith(static _ => { }, TaskScheduler.Default)));
        return 0;
    }

    private static async Task<List<SandboxRef>> CreateAsync(ISandboxes sandboxes, int count)
    {
        SandboxDefinition definition = sandboxes.Define("simple");
        var created = new List<SandboxRef>();
        for (int i = 0; i < count; i++) created.Add(await sandboxes.CreateAsync(definition));
        return created;
    }

    /// <summary>One call after the other on each, all at once, for a time. Returns how long each took, in microseconds.</summary>
    private static async Task<List<double>> CallAllAsync(List<SandboxRef> sandboxes, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        List<double>[] taken = await Task.WhenAll(sandboxes.Select(sandbox => Task.Run(async () =>
        {
            var times = new List<double>();
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                long begin = Stopwatch.GetTimestamp();
                await sandbox.CallAsync("NoOp");
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
            }

            return times;
        })));
        return [.. taken.SelectMany(static times => times)];
    }

    /// <summary>Until every guest has used up its first slice: before, nobody can know that it spins.</summary>
    private static async Task WaitForSlicesAsync(List<SandboxRef> spinners)
    {
        while ((await ReportsAsync(spinners)).Any(static report => report.Slices == 0)) await Task.Delay(100);
    }

    private static async Task<long> CountSlicesAsync(List<SandboxRef> spinners) => (await ReportsAsync(spinners)).Sum(static report => report.Slices);

    private static Task<SandboxReport[]> ReportsAsync(List<SandboxRef> spinners) =>
        Task.WhenAll(spinners.Select(static spinner => spinner.StatusAsync()));

    private static void Show(string name, List<double> microseconds, TimeSpan quantum)
    {
        double[] sorted = [.. microseconds.Order()];
        foreach ((string suffix, double share) in new[] { ("p50", 0.5), ("p99", 0.99), ("max", 1) })
        {
            double value = sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
            Print($"{name}_{suffix}_us", value, "us");
            Print($"{name}_{suffix}_quanta", value / quantum.TotalMicroseconds, "quanta");
        }
    }
}
