using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>A call is a resumable activity: between two steps its actor answers, and the call goes on.</summary>
public sealed class PreemptionSpec : SandboxTest
{
    [SkippableTheory, OnEachBackend]
    public async Task Between_the_steps_of_a_preempted_call_the_actor_answers_and_the_call_goes_on(string backend)
    {
        var inside = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", inside.Give));
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await inside.WaitAsync();
        Task<int> behind = sandbox.CallAsync<int>("AddToStatic", 1);
        for (int slice = 0; slice < 50; slice++)
        {
            Task<SandboxReport> status = sandbox.StatusAsync();
            sandbox.Lifeline.Preempt();
            Assert.Equal(SandboxActorState.Running, (await status.WaitAsync(Patience)).State);
        }

        Assert.False(spin.IsCompleted);
        Assert.False(behind.IsCompleted);
        Assert.Equal(KillOutcome.Killed, await sandbox.KillAsync().WaitAsync(Patience));
        await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        Assert.Equal(1, await behind.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_is_preempted_all_the_time_has_the_same_result(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", (int a, int b) => a + b));
        using var done = new CancellationTokenSource();
        Task preempting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                sandbox.Lifeline.Preempt();
                await Task.Yield();
            }
        });
        for (int i = 0; i < 300; i++) Assert.Equal(2 * i, await sandbox.CallAsync<int>("Add", i, i).WaitAsync(Patience));
        await done.CancelAsync();
        await preempting.WaitAsync(Patience);
        Assert.Equal(0, (await sandbox.StatusAsync().WaitAsync(Patience)).Poisonings);
    }
}
