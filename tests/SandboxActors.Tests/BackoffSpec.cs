using Akka.TestKit;
using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Backoff, on a clock that only the test moves.</summary>
public sealed class BackoffSpec() : SandboxTest("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
{
    [SkippableTheory, OnEachBackend]
    public async Task The_second_heal_in_a_row_waits_for_the_backoff_and_a_call_that_ends_well_resets_it(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Healing(h => h with
        {
            MinimumBackoff = TimeSpan.FromSeconds(10),
            MaximumBackoff = TimeSpan.FromSeconds(100),
            RandomFactor = 0,
        }));
        await PanicAsync(sandbox);
        Assert.Equal(1, Next<SandboxEvents.Restored>().Attempt);
        await PanicAsync(sandbox);
        Task<int> behind = sandbox.CallAsync<int>("GetStatic");

        // The supervisor has decided when it answers a request that came after the poisoning.
        await Sandboxes.Get(Sys).CreateAsync("simple").WaitAsync(Patience);
        Scheduler.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(SandboxActorState.Poisoned, (await sandbox.StatusAsync().WaitAsync(Patience)).State);
        Assert.False(behind.IsCompleted);
        Scheduler.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, await behind.WaitAsync(Patience));
        Assert.Equal(2, Next<SandboxEvents.Restored>().Attempt);

        await PanicAsync(sandbox);
        Assert.Equal(0, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));
        Assert.Equal(1, Next<SandboxEvents.Restored>().Attempt);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_sandbox_that_is_stopped_during_its_backoff_stops_at_once(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Healing(h => h with
        {
            MinimumBackoff = TimeSpan.FromSeconds(10),
            MaximumBackoff = TimeSpan.FromSeconds(100),
        }));
        await PanicAsync(sandbox);
        await PanicAsync(sandbox);
        Task behind = sandbox.CallAsync("NoOp");
        await sandbox.StopAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => behind.WaitAsync(Patience));
        Scheduler.Advance(TimeSpan.FromSeconds(100));
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    private static async Task PanicAsync(SandboxRef sandbox) =>
        await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose").WaitAsync(Patience));
}
