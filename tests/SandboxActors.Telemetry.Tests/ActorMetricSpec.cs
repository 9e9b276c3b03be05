using SandboxActors.Core;
using SandboxActors.Tests;
using SandboxActors.TestSupport;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What an operator's meter says that only sandboxes' actors know.</summary>
public sealed class ActorMetricSpec : SandboxTest
{
    private readonly Metering _metering = new();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _metering.Dispose();
        base.Dispose(disposing);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Requests_that_wait_are_counted_and_those_refused(string backend)
    {
        var inside = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.MaximumWaiting(3).HostFunction("Inside", inside.Give));
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await inside.WaitAsync();
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => sandbox.CallAsync("NoOp"))];
        await Assert.ThrowsAsync<SandboxOverloadedException>(() => sandbox.CallAsync("NoOp").WaitAsync(Patience));
        Assert.Equal(3, _metering.Count("sandbox.queue.depth"));
        Assert.Equal(1, _metering.Count("sandbox.queue.refusals"));
        await sandbox.KillAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        await Task.WhenAll(waiting).WaitAsync(Patience);
        Assert.Equal(0, _metering.Count("sandbox.queue.depth"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Slices_that_calls_use_up_are_counted(string backend)
    {
        Sandboxes sandboxes = Start(backend, settings => settings with
        {
            GuestThreads = 1,
            Scheduling = settings.Scheduling with { Quantum = TimeSpan.FromMilliseconds(1) },
        });
        SandboxRef one = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        SandboxRef other = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        await Task.WhenAll(one.CallAsync<ulong>("SpinForMs", 20u), other.CallAsync<ulong>("SpinForMs", 20u)).WaitAsync(Patience);
        long slices = (await one.StatusAsync().WaitAsync(Patience)).Slices + (await other.StatusAsync().WaitAsync(Patience)).Slices;
        Assert.True(slices > 0);
        Assert.Equal(slices, _metering.Count("sandbox.time_slices"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Calls_that_are_handed_over_together_count_one_by_one(string backend)
    {
        var inside = new Signal();
        var release = new TaskCompletionSource<int>();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", (int _, int _) =>
        {
            inside.Give();
            return release.Task;
        }));
        Task<int> held = sandbox.CallAsync<int>("Add", 1, 2);
        await inside.WaitAsync();
        Task<int>[] calls = [.. Enumerable.Range(0, 10).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];
        Task<int> failing = sandbox.CallAsync<int>("AddToStaticAndFail");
        Task last = sandbox.CallAsync("NoOp");
        release.SetResult(3);
        await held.WaitAsync(Patience);
        await Task.WhenAll(calls).WaitAsync(Patience);
        await Assert.ThrowsAsync<GuestErrorException>(() => failing.WaitAsync(Patience));
        await last.WaitAsync(Patience);
        Assert.Equal(12, _metering.Count("sandbox.calls", "outcome=completed"));
        Assert.Equal(12, _metering.Recorded("sandbox.call.duration", "outcome=completed").Count);
        Assert.Equal(1, _metering.Count("sandbox.calls", "outcome=guest_error"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_heal_is_a_restore_or_a_rebuild(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Healing(healing => healing with { MaximumRestores = 1 }));
        await PoisonAsync(sandbox);
        Next<SandboxEvents.Restored>();
        await PoisonAsync(sandbox);
        Next<SandboxEvents.Rebuilt>();
        Assert.Equal(1, _metering.Count("sandbox.restores", "outcome=completed"));
        Assert.Equal(1, _metering.Count("sandbox.rebuilds"));
    }

    private static Task<GuestFaultException> PoisonAsync(SandboxRef sandbox) =>
        Assert.ThrowsAsync<GuestFaultException>(() => sandbox.CallAsync("TriggerException").WaitAsync(Patience));
}
