using System.Diagnostics;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>One row: a piece of work that every peer does.</summary>
/// <param name="Name">In the figures' names.</param>
/// <param name="Title">For people.</param>
/// <param name="Measure">Does it so many times. Returns microseconds each.</param>
internal sealed record PeerWork(string Name, string Title, Func<IPeer, IPeerSandbox, int, double> Measure)
{
    private static readonly string OneKilobyte = new('k', 1 << 10);
    private static readonly string SixtyFourKilobytes = new('K', 64 << 10);

    public static IReadOnlyList<PeerWork> All { get; } =
    [
        new("create", "create, dispose", Timed((peer, _, times) =>
        {
            for (int i = 0; i < times; i++) peer.Create().Dispose();
        })),
        new("call_add", "call: add two numbers", Timed((_, sandbox, times) =>
        {
            for (int i = 0; i < times; i++) Expect(i + 1, sandbox.Add(i, 1));
        })),
        new("echo_1kb", "call: echo 1 KB", Timed((_, sandbox, times) =>
        {
            for (int i = 0; i < times; i++) Expect(OneKilobyte.Length, sandbox.Echo(OneKilobyte).Length);
        })),
        new("echo_64kb", "call: echo 64 KB", Timed((_, sandbox, times) =>
        {
            for (int i = 0; i < times; i++) Expect(SixtyFourKilobytes.Length, sandbox.Echo(SixtyFourKilobytes).Length);
        })),
        new("call_host", "call that calls the host", Timed((_, sandbox, times) =>
        {
            for (int i = 0; i < times; i++) Expect(i + 1, sandbox.AddOnHost(i, 1));
        })),
        new("call_restore", "call, restore", Timed((_, sandbox, times) =>
        {
            for (int i = 0; i < times; i++)
            {
                Expect(1, sandbox.Count());
                sandbox.Restore();
            }
        })),
        new("kill", "kill a guest that spins", (_, sandbox, times) => Enumerable.Range(0, times).Average(_ => Kill(sandbox))),
    ];

    private static Func<IPeer, IPeerSandbox, int, double> Timed(Action<IPeer, IPeerSandbox, int> work) => (peer, sandbox, times) =>
    {
        long start = Stopwatch.GetTimestamp();
        work(peer, sandbox, times);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / times;
    };

    /// <summary>From asking for it to the call's end on its own thread; the restore that follows is not counted.</summary>
    private static double Kill(IPeerSandbox sandbox)
    {
        using var spinning = new ManualResetEventSlim();
        Task<long> spin = Task.Factory.StartNew(
            () =>
            {
                sandbox.Spin(spinning.Set);
                return Stopwatch.GetTimestamp();
            },
            TaskCreationOptions.LongRunning);
        spinning.Wait();
        Thread.Sleep(1); // The guest has said that it spins; now it does.
        long start = Stopwatch.GetTimestamp();
        sandbox.Kill();
        double microseconds = Stopwatch.GetElapsedTime(start, spin.GetAwaiter().GetResult()).TotalMicroseconds;
        sandbox.Restore();
        return microseconds;
    }

    private static void Expect(int expected, int actual)
    {
        if (actual != expected) throw new InvalidOperationException($"A peer gave {actual} for {expected}.");
    }
}
