using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What a kill does, and to which call.</summary>
public sealed class KillSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_ends_the_call_in_flight_and_tells_so(string backend)
    {
        using Sandbox sandbox = Started(backend, out Task entered);
        Snapshot snapshot = sandbox.Snapshot();
        Task call = Task.Run(() => sandbox.Call("CallHostThenSpin", "Entered"));
        await entered.WaitAsync(Bound);

        Assert.Equal(KillOutcome.Killed, await sandbox.InterruptHandle.Kill().WaitAsync(Bound));
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Bound));
        sandbox.Restore(snapshot);
        Assert.Equal("on", sandbox.Call<string>("Echo", "on"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Many_kills_of_one_call_all_learn_the_same(string backend)
    {
        using Sandbox sandbox = Started(backend, out Task entered);
        Task call = Task.Run(() => sandbox.Call("CallHostThenSpin", "Entered"));
        await entered.WaitAsync(Bound);

        KillOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => sandbox.InterruptHandle.Kill()))).WaitAsync(Bound);
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Bound));
        Assert.Contains(KillOutcome.Killed, outcomes);
        Assert.DoesNotContain(KillOutcome.CompletedFirst, outcomes);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_before_a_call_has_no_effect_on_it(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(KillOutcome.NothingRunning, await sandbox.InterruptHandle.Kill());
            Assert.Equal("fine", sandbox.Call<string>("Echo", "fine"));
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_while_a_host_function_runs_takes_effect_before_the_guest_runs_again(string backend)
    {
        Sandbox? sandbox = null;
        int runsAfterKill = 0;
        Task<KillOutcome>? kill = null;
        sandbox = SimpleGuest.Builder(backend).HostFunction("Loop", () =>
        {
            if (kill is not null) runsAfterKill++;
            kill ??= sandbox!.InterruptHandle.Kill();
        }).Build();
        using (sandbox)
        {
            Assert.Throws<GuestKilledException>(() => sandbox.Call("HostCallLoop", "Loop"));
            Assert.Equal(KillOutcome.Killed, await kill!.WaitAsync(Bound));
            Assert.Equal(0, runsAfterKill);
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_ends_a_call_that_waits_for_a_host_functions_task(string backend)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<long>();
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("Never", () =>
        {
            entered.SetResult();
            return never.Task;
        }).Build();
        Snapshot snapshot = sandbox.Snapshot();
        Task<long> call = Task.Run(() => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", "Never"));
        await entered.Task.WaitAsync(Bound);

        Assert.Equal(KillOutcome.Killed, await sandbox.InterruptHandle.Kill().WaitAsync(Bound));
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Bound));
        never.SetResult(1);
        sandbox.Restore(snapshot);
        Assert.Equal(0, sandbox.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_after_dispose_is_safe(string backend)
    {
        Sandbox sandbox = SimpleGuest.Sandbox(backend);
        InterruptHandle handle = sandbox.InterruptHandle;
        sandbox.Dispose();
        Assert.Equal(KillOutcome.NothingRunning, await handle.Kill());
    }

    [SkippableTheory, OnEachBackend]
    public async Task Disposing_a_sandbox_breaks_off_the_call_in_flight(string backend)
    {
        Sandbox sandbox = Started(backend, out Task entered);
        Task call = Task.Run(() => sandbox.Call("CallHostThenSpin", "Entered"));
        await entered.WaitAsync(Bound);

        sandbox.Dispose();
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Bound));
        Assert.Equal(SandboxStatus.Disposed, sandbox.Status);
        Assert.Throws<ObjectDisposedException>(() => sandbox.Call("NoOp"));
    }

    /// <summary>
    /// The host function that the guest is in blocks until the kill has returned: a kill that waited for the guest, or signalled until it stopped,
    /// would never return.
    /// </summary>
    [SkippableTheory, OnEachBackend]
    public async Task A_kill_needs_one_signal_and_does_not_block_its_caller(string backend)
    {
        using var killReturned = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("Block", () =>
        {
            entered.TrySetResult();
            Assert.True(killReturned.Wait(Bound));
        }).Build();
        Task call = Task.Run(() => sandbox.Call("HostCallLoop", "Block"));
        await entered.Task.WaitAsync(Bound);

        Task<KillOutcome> kill = sandbox.InterruptHandle.Kill();
        Assert.False(kill.IsCompleted);
        killReturned.Set();
        Assert.Equal(KillOutcome.Killed, await kill.WaitAsync(Bound));
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Bound));
        Assert.Equal(0, sandbox.StaleInterrupts);
    }

    /// <summary>
    /// Kills fall at random into calls of all lengths: each call either completes or was killed, and no kill reaches the call after it.
    /// </summary>
    [SkippableTheory, OnEachBackend]
    public async Task A_completed_call_wins_over_a_late_kill_and_no_kill_reaches_the_next_call(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        var random = new Random(20_240_611);
        int killed = 0, completed = 0;
        for (int round = 0; round < 400; round++)
        {
            int spins = random.Next(400);
            Task<KillOutcome> kill = Task.Run(() =>
            {
                Thread.SpinWait(spins);
                return sandbox.InterruptHandle.Kill();
            });
            bool wasKilled = false;
            try
            {
                sandbox.Call("NoOp");
            }
            catch (GuestKilledException)
            {
                wasKilled = true;
            }

            KillOutcome outcome = await kill.WaitAsync(Bound);
            Assert.Equal(wasKilled, outcome == KillOutcome.Killed);
            if (wasKilled) killed++;
            else completed++;
            if (wasKilled) sandbox.Restore(snapshot);
            Assert.Equal("untouched", sandbox.Call<string>("Echo", "untouched"));
        }

        Assert.Equal(400, killed + completed);
        Assert.True(completed > 0);
    }

    /// <summary>Two sandboxes take turns on one thread while only the first one is killed.</summary>
    [SkippableTheory, OnEachBackend]
    public async Task A_kill_never_hits_another_sandbox_on_the_same_thread(string backend)
    {
        using Sandbox victim = SimpleGuest.Sandbox(backend);
        using Sandbox bystander = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = victim.Snapshot();
        using var stop = new CancellationTokenSource();
        Task killer = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await victim.InterruptHandle.Kill().WaitAsync(Bound);
        });

        for (int round = 0; round < 500; round++)
        {
            try
            {
                victim.Call("NoOp");
            }
            catch (GuestKilledException)
            {
                victim.Restore(snapshot);
            }

            bystander.Call("NoOp");
        }

        await stop.CancelAsync();
        await killer.WaitAsync(Bound);
        Assert.Equal(0, bystander.StaleInterrupts);
        Assert.Equal(SandboxStatus.Ready, bystander.Status);
    }

    private static Sandbox Started(string backend, out Task entered)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        entered = source.Task;
        return SimpleGuest.Builder(backend).HostFunction("Entered", () => { source.TrySetResult(); }).Build();
    }
}
