using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Killing a call goes past the mailbox.</summary>
public sealed class KillSpec : SandboxTest
{
    private readonly Signal _inside = new();

    [SkippableTheory, OnEachBackend]
    public async Task A_spinning_call_is_killed_while_calls_wait_behind_it_and_they_then_run(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", _inside.Give));
        await sandbox.CallAsync<int>("AddToStatic", 5);
        await sandbox.SnapshotAsync();
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        Task<int>[] behind = [.. Enumerable.Range(0, 10).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];
        await _inside.WaitAsync();

        Assert.Equal(KillOutcome.Killed, await sandbox.KillAsync().WaitAsync(Patience));

        await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        Assert.Equal(Enumerable.Range(6, 10), await Task.WhenAll(behind).WaitAsync(Patience));
        Assert.IsType<PoisonReason.Killed>(Next<SandboxEvents.Poisoned>().Reason);
    }

    [SkippableTheory, OnEachBackend]
    public async Task With_nothing_running_a_kill_finds_nothing_and_the_next_call_is_not_affected(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(KillOutcome.NothingRunning, await sandbox.KillAsync());
            Assert.Equal(i + 1, await sandbox.CallAsync<int>("AddToStatic", 1));
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_waits_for_an_asynchronous_host_function_is_killed_at_once(string backend)
    {
        var never = new TaskCompletionSource();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", async () =>
        {
            _inside.Give();
            await never.Task;
        }));
        Task call = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        Assert.Equal(KillOutcome.Killed, await sandbox.KillAsync().WaitAsync(Patience));
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Patience));
        Assert.Equal(0, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));

        // The wait that is left over wakes a call that is long gone.
        never.SetResult();
        Assert.Equal(1, await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_from_a_host_function_takes_effect_before_the_guest_runs_again(string backend)
    {
        SandboxRef? sandbox = null;
        Task<KillOutcome>? outcome = null;
        sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", () => { outcome = sandbox!.KillAsync(); }));
        await Assert.ThrowsAsync<GuestKilledException>(() => sandbox.CallAsync("CallHostThenSpin", "Inside").WaitAsync(Patience));
        Assert.Equal(KillOutcome.Killed, await outcome!.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Kills_reach_the_machine_of_the_moment_after_a_restore_and_after_a_rebuild(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s
            .HostFunction("Inside", _inside.Give)
            .Healing(h => h with { MaximumRestores = 1, MinimumBackoff = TimeSpan.FromMilliseconds(1), MaximumBackoff = TimeSpan.FromMilliseconds(1) }));
        for (int i = 0; i < 4; i++)
        {
            Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
            await _inside.WaitAsync();
            Assert.Equal(KillOutcome.Killed, await sandbox.KillAsync().WaitAsync(Patience));
            await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        }

        await sandbox.CallAsync("NoOp").WaitAsync(Patience); // runs on healed state
        Assert.Equal(2, (await sandbox.StatusAsync().WaitAsync(Patience)).Rebuilds);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_sandbox_that_has_stopped_can_be_killed(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.StopAsync().WaitAsync(Patience);
        Assert.Equal(KillOutcome.NothingRunning, await sandbox.KillAsync());
    }
}
