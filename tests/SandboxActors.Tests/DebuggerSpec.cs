using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>A sandbox whose guest is stopped in a debugger is an actor still: it answers, it can be ended, and it holds up nobody else.</summary>
public sealed class DebuggerSpec : SandboxTest
{
    private Sandboxes? _sandboxes;

    [SkippableTheory, OnEachBackend]
    public async Task While_its_guest_is_stopped_a_sandbox_answers_status_and_says_so_and_others_run(string backend)
    {
        Sandboxes sandboxes = Start(backend, s => s with { GuestThreads = 1 });
        SandboxRef sandbox = await sandboxes.CreateAsync("simple", s => s.Debug(new DebugOptions()).PrintTo(static _ => { })).WaitAsync(Patience);
        SandboxRef other = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        using RemoteClient client = await StopAsync(sandbox);
        Task<int> call = sandbox.CallAsync<int>("AddToStatic", 5);
        Task<int> behind = sandbox.CallAsync<int>("AddToStatic", 6);

        Assert.Equal("still here", await other.CallAsync<string>("Echo", "still here").WaitAsync(Patience));
        SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
        Assert.Equal((SandboxActorState.Running, 1), (report.State, report.Waiting));
        Assert.True(report.Debugger is { IsAttached: true, IsStopped: true });
        Assert.Null((await other.StatusAsync().WaitAsync(Patience)).Debugger);
        Assert.False(call.IsCompleted);

        client.Send("c");
        Assert.Equal(5, await call.WaitAsync(Patience));
        Assert.Equal(11, await behind.WaitAsync(Patience));
        Assert.True((await sandbox.StatusAsync().WaitAsync(Patience)).Debugger is { IsAttached: true, IsStopped: false });
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_and_a_stop_end_a_guest_that_is_stopped_and_the_sandbox_heals(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Debug(new DebugOptions()));
        using RemoteClient client = await StopAsync(sandbox);
        Task<int> call = sandbox.CallAsync<int>("AddToStatic", 5);
        await HeldAsync(sandbox);

        Assert.Equal(KillOutcome.Killed, await sandbox.KillAsync().WaitAsync(Patience));
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Patience));
        client.Send("c");
        Assert.Equal(7, await sandbox.CallAsync<int>("AddToStatic", 7).WaitAsync(Patience));

        client.SendRaw(RemoteClient.Interrupt);
        Assert.StartsWith("T02", client.Receive());
        call = sandbox.CallAsync<int>("AddToStatic", 5);
        await HeldAsync(sandbox);
        await sandbox.StopAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => call.WaitAsync(Patience));
        Assert.Throws<IOException>(client.Receive);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_sandbox_that_is_rebuilt_can_be_debugged_at_the_same_port(string backend)
    {
        int port = await FreePortAsync(backend);
        SandboxRef sandbox = await CreateOnAsync(port);
        using (RemoteClient client = await StopAsync(sandbox)) client.Send("c");
        long machine = (await sandbox.StatusAsync().WaitAsync(Patience)).SandboxId;

        await Assert.ThrowsAnyAsync<GuestPoisonException>(() => sandbox.CallAsync("TriggerException").WaitAsync(Patience));

        Assert.Equal(5, await sandbox.CallAsync<int>("AddToStatic", 5).WaitAsync(Patience));
        SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
        Assert.NotEqual(machine, report.SandboxId);
        Assert.Equal(port, report.Debugger!.EndPoint.Port);
        using RemoteClient again = await StopAsync(sandbox);

        // And a second one at that port is refused, by its number.
        var refused = await Assert.ThrowsAsync<DebuggerUnavailableException>(() => CreateOnAsync(port).WaitAsync(Patience));
        Assert.Equal(port, refused.Port);
    }

    private async Task<int> FreePortAsync(string backend)
    {
        _sandboxes = Start(backend);
        SandboxRef first = await CreateOnAsync(0);
        int port = (await first.StatusAsync().WaitAsync(Patience)).Debugger!.EndPoint.Port;
        await first.StopAsync().WaitAsync(Patience);
        return port;
    }

    private Task<SandboxRef> CreateOnAsync(int port) => _sandboxes!.CreateAsync(
        "simple", s => s.Debug(new DebugOptions { Port = port }).Healing(healing => healing with { Policy = HealingPolicy.Rebuild })).WaitAsync(Patience);

    private static async Task<RemoteClient> StopAsync(SandboxRef sandbox)
    {
        var client = new RemoteClient((await sandbox.StatusAsync().WaitAsync(Patience)).Debugger!.EndPoint);
        Assert.StartsWith("T05", client.Ask("?"));
        return client;
    }

    // Until the call has started, and waits.
    private static async Task HeldAsync(SandboxRef sandbox)
    {
        while ((await sandbox.StatusAsync().WaitAsync(Patience)).State != SandboxActorState.Running) await Task.Yield();
    }
}
