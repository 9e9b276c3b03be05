using System.Diagnostics;
using System.Globalization;
using SandboxActors.Hosting;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// 5,000 sandboxes that all wait at once in an asynchronous host function for one second: how long that takes together, and how many threads more
/// than before there are while they wait; the median of some rounds. Prints <c>name value unit</c>.
/// </summary>
internal static class AsyncRun
{
    private const int Count = 5_000;
    private const int Few = 50;
    private const int Rounds = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        await using BenchmarkHost host = await BenchmarkHost.StartAsync(BenchmarkHost.BackendFrom(arguments));
        (int waiting, TimeSpan wait) = (0, TimeSpan.FromMilliseconds(1));
        SandboxDefinition definition = host.Sandboxes.Define("simple", s => s.HostFunction("HostEchoI64", async (long value, CancellationToken token) =>
        {
            Interlocked.Increment(ref waiting);
            await Task.Delay(wait, token);
            Interlocked.Decrement(ref waiting);
            return value;
        }));
        await WarmUpAsync(host.Sandboxes, definition);
        wait = Wait;
        long start = Stopwatch.GetTimestamp();
        var sandboxes = new List<SandboxRef>();
        for (int i = 0; i < Count; i++) sandboxes.Add(await host.Sandboxes.CreateAsync(definition));
        Print("sandboxes", Count, "sandboxes");
        Print("create_seconds", Stopwatch.GetElapsedTime(start).TotalSeconds, "seconds");

        // Calls that do not wait, for a while, and a round of those that do: then all threads there are anyway are there, and the heap has its size again.
        start = Stopwatch.GetTimestamp();
        int rounds = 0;
        for (; Stopwatch.GetElapsedTime(start) < WarmUp; rounds++) await Task.WhenAll(sandboxes.Select(static sandbox => sandbox.CallAsync("NoOp")));
        Print("noop_on_each_seconds", Stopwatch.GetElapsedTime(start).TotalSeconds / rounds, "seconds");
        await MeasureAsync(sandboxes, static () => 0);
        int threads = Threads();
        var seconds = new List<double>();
        (int waitingLeast, int threadsMost) = (Count, 0);
        long allocated = GC.GetTotalAllocatedBytes();
        for (int round = 0; round < Rounds; round++)
        {
            (double took, int waitingMost, int threadsWhile) = await MeasureAsync(sandboxes, () => Volatile.Read(ref waiting));
            seconds.Add(took);
            waitingLeast = Math.Min(waitingLeast, waitingMost);
            threadsMost = Math.Max(threadsMost, threadsWhile);
        }

        Print("async_allocated_bytes_each", (GC.GetTotalAllocatedBytes() - allocated) / Rounds / Count, "bytes");
        Print("async_waiting_at_once", waitingLeast, "calls");
        Print("async_seconds", Median(seconds), "seconds");
        Print("async_seconds_worst", seconds.Max(), "seconds");
        Print("async_extra_threads", Math.Max(0, threadsMost - threads), "threads");
        foreach (SandboxRef sandbox in sandboxes) _ = sandbox.StopAsync();
        await Task.WhenAll(sandboxes.Select(static sandbox => sandbox.WhenStopped));
        return 0;
    }

    private static async Task<(double Seconds, int Waiting, int Threads)> MeasureAsync(List<SandboxRef> sandboxes, Func<int> waiting)
    {
        long start = Stopwatch.GetTimestamp();
        Task<long>[] calls = CallAll(sandboxes);
        (int threadsMost, int waitingMost) = (0, 0);
        Task all = Task.WhenAll(calls);
        while (await Task.WhenAny(all, Task.Delay(Look)) != all)
        {
            waitingMost = Math.Max(waitingMost, waiting());
            threadsMost = Math.Max(threadsMost, Threads());
        }

        await all;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        for (int i = 0; i < Count; i++)
            if (await calls[i] != i) throw new InvalidOperationException($"Sandbox {i} answered {await calls[i]}.");
        return (seconds, waitingMost, threadsMost);
    }

    private static Task<long>[] CallAll(List<SandboxRef> sandboxes) =>
        [.. sandboxes.Select(static (sandbox, i) => sandbox.CallAsync<long>("RoundTripHostI64", (long)i))];

    /// <summary>
    /// A few sandboxes do the same for a while, until the code is compiled and the heap has its size: whatever changes the process's mappings, as both
    /// do, the kernel tells every machine that is alive, and with thousands of them that takes a millisecond each time.
    /// </summary>
    private static async Task WarmUpAsync(ISandboxes sandboxes, SandboxDefinition definition)
    {
        var few = new List<SandboxRef>();
        for (int i = 0; i < Few; i++) few.Add(await sandboxes.CreateAsync(definition));
        List<SandboxRef> many = [.. Enumerable.Repeat(few, Count / Few).SelectMany(static all => all)];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < WarmUp)
        {
            Task all = Task.WhenAll(CallAll(many));
            while (await Task.WhenAny(all, Task.Delay(Look)) != all) Threads();
        }

        foreach (SandboxRef sandbox in few) await sandbox.StopAsync();
    }

    /// <summary>Threads of this process. From one line of the system's, where it has one: a list of all threads costs more than the calls do.</summary>
    private static int Threads()
    {
        if (OperatingSystem.IsLinux())
        {
            string status = File.ReadAllText("/proc/self/stat"); // its second field, in parentheses, may hold spaces; the number of threads is the 20th
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[17], CultureInfo.InvariantCulture);
        }

        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
