using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Whoever ends a sandbox, and however: no caller is left waiting.</summary>
public sealed class StopSpec : SandboxTest
{
    private readonly Signal _inside = new();

    [SkippableTheory, OnEachBackend]
    public async Task Stopping_fails_the_call_in_flight_and_those_behind_it(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", _inside.Give));
        Watch(sandbox.ActorRef);
        Task[] calls = [sandbox.CallAsync("CallHostThenSpin", "Inside"), sandbox.CallAsync("NoOp"), sandbox.SnapshotAsync()];
        await _inside.WaitAsync();

        await sandbox.StopAsync().WaitAsync(Patience);

        foreach (Task call in calls) await Assert.ThrowsAsync<SandboxStoppedException>(() => call.WaitAsync(Patience));
        ExpectTerminated(sandbox.ActorRef, Patience);
        Assert.Equal(SandboxStopReason.Requested, Next<SandboxEvents.Stopped>().Reason);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Stopping_fails_a_call_that_waits_for_a_host_function_and_those_set_aside(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", () =>
        {
            _inside.Give();
            return new TaskCompletionSource().Task;
        }));
        Task[] calls = [sandbox.CallAsync("CallHostThenSpin", "Inside"), sandbox.CallAsync("NoOp"), sandbox.CallAsync("NoOp")];
        await _inside.WaitAsync();
        sandbox.ActorRef.Tell(new SandboxProtocol.Call("NoOp", Wire.GuestValueType.Void, []), TestActor);
        Assert.Equal(3, (await sandbox.StatusAsync().WaitAsync(Patience)).Waiting);

        await sandbox.StopAsync().WaitAsync(Patience);

        foreach (Task call in calls) await Assert.ThrowsAsync<SandboxStoppedException>(() => call.WaitAsync(Patience));
        Assert.IsType<SandboxStoppedException>(ExpectMsg<SandboxProtocol.Failed>(Patience).Cause);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_poison_pill_stops_a_sandbox_behind_the_calls_before_it(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Task<int> before = sandbox.CallAsync<int>("AddToStatic", 1);
        sandbox.ActorRef.Tell(PoisonPill.Instance);
        Task<int> behind = sandbox.CallAsync<int>("AddToStatic", 1);
        Assert.Equal(1, await before.WaitAsync(Patience));
        await Assert.ThrowsAsync<SandboxStoppedException>(() => behind.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_sandbox_that_has_stopped_refuses_everything_at_once(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Snapshot snapshot = await sandbox.SnapshotAsync();
        await sandbox.StopAsync().WaitAsync(Patience);
        await sandbox.StopAsync().WaitAsync(Patience);
        Assert.Equal(sandbox.Name, (await Assert.ThrowsAsync<SandboxStoppedException>(() => sandbox.CallAsync("NoOp").WaitAsync(Patience))).Name);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => sandbox.SnapshotAsync().WaitAsync(Patience));
        await Assert.ThrowsAsync<SandboxStoppedException>(() => sandbox.RestoreAsync(snapshot).WaitAsync(Patience));
        await Assert.ThrowsAsync<SandboxStoppedException>(() => sandbox.StatusAsync().WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_name_of_a_sandbox_that_is_stopping_is_free_for_the_next(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        SandboxDefinition definition = sandboxes.Define("simple");
        for (int i = 0; i < 20; i++)
        {
            SandboxRef sandbox = await sandboxes.CreateAsync(definition, "named").WaitAsync(Patience);
            Assert.Equal(1, await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));
            Task stop = sandbox.StopAsync();
            if (i % 2 == 0) await stop.WaitAsync(Patience);
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_end_of_the_actor_system_ends_spinning_guests_and_fails_all_calls(string backend)
    {
        Sandboxes sandboxes = Start(backend, change: settings => settings with { GuestThreads = 2 });
        SandboxDefinition definition = sandboxes.Define("simple", s => s.HostFunction("Inside", _inside.Give));
        SandboxRef[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => sandboxes.CreateAsync(definition))).WaitAsync(Patience);
        Task[] calls = [.. all.SelectMany(s => new Task[] { s.CallAsync("CallHostThenSpin", "Inside"), s.CallAsync("NoOp") })];
        await _inside.WaitAsync();
        await _inside.WaitAsync(); // both guest threads are deep in a guest now

        await Sys.Terminate().WaitAsync(Patience);

        foreach (Task call in calls) await Assert.ThrowsAsync<SandboxStoppedException>(() => call.WaitAsync(Patience));
        await Task.WhenAll(all.Select(s => s.WhenStopped)).WaitAsync(Patience);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => all[0].CallAsync("NoOp").WaitAsync(Patience));
        await Assert.ThrowsAsync<SandboxStoppedException>(() => sandboxes.CreateAsync(definition).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Sandboxes_still_being_made_when_the_actor_system_ends_fail(string backend)
    {
        using var ending = new ManualResetEventSlim();
        var hypervisor = new SabotagedHypervisor(Backends.Open(backend));
        Sandboxes sandboxes = Start(hypervisor);
        SandboxDefinition definition = sandboxes.Define("simple");
        SandboxRef first = await sandboxes.CreateAsync(definition).WaitAsync(Patience);
        hypervisor.Before = operation =>
        {
            if (operation == nameof(IHypervisor.CreateMachine)) Assert.True(ending.Wait(Patience)); // the others take until the end has come
        };
        Task<SandboxRef>[] made = [.. Enumerable.Range(0, 200).Select(_ => sandboxes.CreateAsync(definition))];
        Task terminated = Sys.Terminate();
        Assert.True(SpinWait.SpinUntil(() => first.Lifeline.IsClosing, Patience));
        ending.Set();
        await terminated.WaitAsync(Patience);
        foreach (Task<SandboxRef> one in made) await Assert.ThrowsAsync<SandboxStoppedException>(() => one.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_supervisor_that_is_stopped_takes_its_sandboxes_with_it_though_their_guests_spin(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        SandboxRef sandbox = await sandboxes.CreateAsync("simple", s => s.HostFunction("Inside", _inside.Give));
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        Sys.Stop(sandboxes.Supervisor);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => spin.WaitAsync(Patience));
        await Assert.ThrowsAsync<SandboxStoppedException>(() => sandboxes.CreateAsync("simple").WaitAsync(Patience));
    }
}
