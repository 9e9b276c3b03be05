using Akka.Actor;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Tests;

/// <summary>How many requests may wait for a sandbox, and what those get that may not.</summary>
public sealed class OverloadSpec : SandboxTest
{
    [SkippableTheory, OnEachBackend]
    public async Task Beyond_the_bound_a_call_fails_at_once_and_says_how_many_wait(string backend)
    {
        var inside = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.Named("busy").MaximumWaiting(3).HostFunction("Inside", inside.Give));
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await inside.WaitAsync();
        Task<int>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];
        SandboxOverloadedException overloaded =
            await Assert.ThrowsAsync<SandboxOverloadedException>(() => sandbox.CallAsync("NoOp").WaitAsync(Patience));
        Assert.Equal(("busy", 3), (overloaded.Name, overloaded.Waiting));
        Assert.Contains("'busy' is overloaded: 3 requests wait", overloaded.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await sandbox.StatusAsync().WaitAsync(Patience)).Waiting);
        await Assert.ThrowsAsync<SandboxOverloadedException>(() => sandbox.SnapshotAsync().WaitAsync(Patience));

        await sandbox.KillAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<Core.GuestKilledException>(() => spin.WaitAsync(Patience));
        int[] results = await Task.WhenAll(waiting).WaitAsync(Patience);
        Assert.Equal([1, 2, 3], results);
        Assert.Equal(4, await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));
        Assert.Equal(0, (await sandbox.StatusAsync().WaitAsync(Patience)).Waiting);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Whoever_speaks_the_protocol_gets_one_reply_for_each_call_let_in_or_not(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.MaximumWaiting(10));
        Akka.TestKit.TestProbe probe = CreateTestProbe();
        Task spin = sandbox.CallAsync("Spin");
        const int Calls = 1000;
        for (int i = 0; i < Calls; i++) sandbox.ActorRef.Tell(new SandboxProtocol.Call("NoOp", GuestValueType.Void, []), probe);
        while (await sandbox.KillAsync().WaitAsync(Patience) != Core.KillOutcome.Killed) await sandbox.StatusAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<Core.GuestKilledException>(() => spin.WaitAsync(Patience));
        int completed = 0;
        for (int i = 0; i < Calls; i++)
        {
            object reply = await probe.ReceiveOneAsync(Patience);
            if (reply is SandboxProtocol.Completed) completed++;
            else Assert.IsType<SandboxOverloadedException>(Assert.IsType<SandboxProtocol.Failed>(reply).Cause);
        }

        Assert.InRange(completed, 9, 10); // the call that spins may itself have been among those that wait
        await sandbox.StatusAsync().WaitAsync(Patience);
        Assert.False(probe.HasMessages);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Those_that_wait_when_the_sandbox_stops_are_told_so(string backend)
    {
        var inside = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", inside.Give));
        Akka.TestKit.TestProbe probe = CreateTestProbe();
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await inside.WaitAsync();
        for (int i = 0; i < 100; i++) sandbox.ActorRef.Tell(new SandboxProtocol.Call("NoOp", GuestValueType.Void, []), probe);
        await sandbox.StopAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => spin.WaitAsync(Patience));
        for (int i = 0; i < 100; i++)
            Assert.IsType<SandboxStoppedException>(Assert.IsType<SandboxProtocol.Failed>(await probe.ReceiveOneAsync(Patience)).Cause);
    }

    [Fact]
    public void A_bound_or_a_priority_that_cannot_be_is_refused_where_it_is_given()
    {
        Sandboxes sandboxes = Start("emulator");
        Assert.Throws<ArgumentOutOfRangeException>(() => sandboxes.Define("simple", s => s.MaximumWaiting(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => sandboxes.Define("simple", s => s.MaximumWaiting(SchedulingSettings.MaximumOfWaiting + 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => sandboxes.Define("simple", s => s.Priority((SandboxPriority)3)));
    }
}
