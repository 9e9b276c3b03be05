using System.Diagnostics;
using SandboxActors.Hosting;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// What batches gain: calls a second of one sandbox whose caller keeps many in flight, batched as by default and one by one. Interleaved; each figure
/// is the median of the rounds, the ratio the median of the rounds' ratios. Prints <c>name value unit</c>.
/// </summary>
internal static class BatchRun
{
    private const int InFlight = 1_000;
    private const int Calls = 20_000;
    private const int Rounds = 11;
    private const int WarmUp = 4;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        await using BenchmarkHost host = await BenchmarkHost.StartAsync(BenchmarkHost.BackendFrom(arguments));
        SandboxRef batched = await host.Sandboxes.CreateAsync("simple");
        SandboxRef unbatched = await host.Sandboxes.CreateAsync("simple", s => s.Batch(1));

        List<double> together = [], oneByOne = [], ratios = [];
        for (int round = -WarmUp; round < Rounds; round++)
        {
            double before = await CallsPerSecondAsync(unbatched);
            double inBatches = await CallsPerSecondAsync(batched);
            double after = await CallsPerSecondAsync(unbatched);
            if (round < 0) continue;
            together.Add(inBatches);
            oneByOne.Add((before + after) / 2);
            ratios.Add(inBatches / oneByOne[^1]);
        }

        Print("batch_calls_per_second", Median(together), "calls/s");
        Print("unbatched_calls_per_second", Median(oneByOne), "calls/s");
        Print("batch_ratio", Median(ratios), "ratio");
        return 0;
    }

    /// <summary>One caller that has so many calls in flight, and makes a new one when the oldest has ended.</summary>
    private static async Task<double> CallsPerSecondAsync(SandboxRef sandbox)
    {
        var flying = new Queue<Task>(InFlight);
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < Calls; call++)
        {
            if (flying.Count == InFlight) await flying.Dequeue();
            flying.Enqueue(sandbox.CallAsync("NoOp"));
        }

        await Task.WhenAll(flying);
        return Calls / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
