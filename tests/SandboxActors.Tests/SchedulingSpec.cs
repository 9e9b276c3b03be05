using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Many guests on one thread: who waits for whom, counted in slices.</summary>
public sealed class SchedulingSpec : SandboxTest
{
    private const int Spinners = 20;
    private const int Few = 4;

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_spins_does_not_hold_the_only_thread(string backend)
    {
        Sandboxes sandboxes = StartOnOneThread(backend);
        SandboxRef spinner = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        SandboxRef other = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        Task spin = spinner.CallAsync("Spin");
        Task<int> behind = spinner.CallAsync<int>("AddToStatic", 5);
        for (int i = 1; i <= 20; i++) Assert.Equal(i, await other.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));

        SandboxReport report = await spinner.StatusAsync().WaitAsync(Patience);
        Assert.Equal((SandboxActorState.Running, 1), (report.State, report.Waiting));
        Assert.Equal(Core.KillOutcome.Killed, await spinner.KillAsync().WaitAsync(Patience));
        await Assert.ThrowsAsync<Core.GuestKilledException>(() => spin.WaitAsync(Patience));
        Assert.Equal(5, await behind.WaitAsync(Patience));
        Assert.Equal(1, sandboxes.Threads.Count);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_short_call_waits_for_few_slices_of_many_guests_that_spin(string backend)
    {
        Sandboxes sandboxes = StartOnOneThread(backend);
        SandboxRef[] spinners = await SpinAsync(sandboxes, Spinners);
        long ran = 0;
        SandboxRef caller = await sandboxes.CreateAsync("simple", s => s.HostFunction("HostAdd", (int a, int b) =>
        {
            Volatile.Write(ref ran, Slices(spinners)); // on the guest thread, in the middle of the call
            return a + b;
        })).WaitAsync(Patience);

        Assert.InRange(
            await MedianAsync(async () =>
            {
                long before = Slices(spinners);
                Assert.Equal(5, await caller.CallAsync<int>("Add", 2, 3).WaitAsync(Patience));
                return Volatile.Read(ref ran) - before;
            }),
            0,
            Few);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Status_and_kill_of_a_guest_that_spins_wait_for_few_slices_of_the_others(string backend)
    {
        Sandboxes sandboxes = StartOnOneThread(backend);
        SandboxRef[] spinners = await SpinAsync(sandboxes, Spinners);
        int next = 0;
        Assert.InRange(
            await MedianAsync(async () =>
            {
                long before = Slices(spinners);
                SandboxRef spinner = spinners[next++ % Spinners];
                SandboxReport report = await spinner.StatusAsync().WaitAsync(Patience);
                Assert.Equal(SandboxActorState.Running, report.State);
                return Slices(spinners) - before;
            }),
            0,
            Few);

        next = 0;
        Assert.InRange(
            await MedianAsync(
                async () =>
                {
                    long before = Slices(spinners);
                    Assert.Equal(Core.KillOutcome.Killed, await spinners[next++].KillAsync().WaitAsync(Patience));
                    return Slices(spinners) - before;
                },
                Spinners / 2),
            0,
            Few);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_stream_of_short_calls_does_not_starve_a_guest_at_the_lowest_level(string backend)
    {
        Sandboxes sandboxes = StartOnOneThread(backend);
        SandboxRef[] spinner = await SpinAsync(sandboxes, 1);
        using var done = new CancellationTokenSource();
        var calling = new Signal();
        Task<long>[] callers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => CallUntilAsync(sandboxes, calling, done.Token)))];
        foreach (Task<long> _ in callers) await calling.WaitAsync();
        long before = Slices(spinner);
        while (Slices(spinner) < before + 3) await spinner[0].StatusAsync().WaitAsync(Patience);
        await done.CancelAsync();
        foreach (Task<long> caller in callers) Assert.True(await caller.WaitAsync(Patience) > 0);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_higher_priority_is_a_larger_share(string backend)
    {
        Sandboxes sandboxes = StartOnOneThread(backend);
        Task<SandboxRef[]>[] starting =
            [.. new[] { SandboxPriority.Low, SandboxPriority.High }.Select(priority => SpinAsync(sandboxes, 1, s => s.Priority(priority)))];
        SandboxRef[] low = await starting[0].WaitAsync(Patience);
        SandboxRef[] high = await starting[1].WaitAsync(Patience);
        (long lowBefore, long highBefore) = (Slices(low), Slices(high));
        while (Slices(low) < lowBefore + 4) await low[0].StatusAsync().WaitAsync(Patience);
        Assert.InRange(Slices(high) - highBefore, 16, long.MaxValue); // sixteen times as much by their weights, and four times at the least
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_threads_end_with_the_actor_system(string backend)
    {
        Sandboxes sandboxes = Start(backend, s => s with { GuestThreads = 3 });
        await SpinAsync(sandboxes, 5);
        Assert.InRange(sandboxes.Threads.Count, 1, 3);
        Assert.NotNull(sandboxes.Threads.Watchdog);
        await Sys.Terminate().WaitAsync(Patience);
        Assert.True(SpinWait.SpinUntil(() => sandboxes.Threads.Count == 0 && sandboxes.Threads.Watchdog is null, Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_watchdog_sleeps_when_no_guest_runs(string backend)
    {
        Sandboxes sandboxes = StartOnOneThread(backend);
        SandboxRef sandbox = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        for (int round = 0; round < 3; round++)
        {
            await sandbox.CallAsync("NoOp").WaitAsync(Patience);
            Assert.True(SpinWait.SpinUntil(() => sandboxes.Threads.Watchdog!.IsAsleep, Patience));
        }

        Assert.InRange(sandboxes.Threads.Watchdog!.Wakes, 2, 3);
    }

    private static async Task<long> CallUntilAsync(Sandboxes sandboxes, Signal calling, CancellationToken done)
    {
        SandboxRef sandbox = await sandboxes.CreateAsync("simple").WaitAsync(Patience, CancellationToken.None);
        long calls = 0;
        while (!done.IsCancellationRequested)
        {
            await sandbox.CallAsync("NoOp").WaitAsync(Patience, CancellationToken.None);
            if (calls++ == 0) calling.Give();
        }

        return calls;
    }

    /// <summary>Guests that spin, each of which has fallen to the lowest level.</summary>
    private static async Task<SandboxRef[]> SpinAsync(Sandboxes sandboxes, int count, Action<SandboxDefinitionBuilder>? configure = null)
    {
        var spinners = new SandboxRef[count];
        for (int i = 0; i < count; i++)
        {
            spinners[i] = await sandboxes.CreateAsync(sandboxes.Define("simple", configure)).WaitAsync(Patience);
            _ = spinners[i].CallAsync("Spin");
        }

        foreach (SandboxRef spinner in spinners)
            while (Slices(spinner) < sandboxes.Settings.Scheduling.Levels) await spinner.StatusAsync().WaitAsync(Patience);
        return spinners;
    }

    private static long Slices(params SandboxRef[] spinners) => spinners.Sum(static spinner => spinner.Lifeline.Counters.Slices);

    /// <summary>The median: a test's own thread may be kept from running for a while, and slices pass meanwhile.</summary>
    private static async Task<long> MedianAsync(Func<Task<long>> measure, int times = 40)
    {
        var measured = new List<long>();
        for (int i = 0; i < times; i++) measured.Add(await measure());
        measured.Sort();
        return measured[times / 2];
    }

    private Sandboxes StartOnOneThread(string backend) => Start(backend, s => s with { GuestThreads = 1 });
}
