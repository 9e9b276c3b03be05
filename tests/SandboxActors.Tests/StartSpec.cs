using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Sandboxes that cannot be made, and what making one says.</summary>
public sealed class StartSpec : SandboxTest
{
    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_never_becomes_ready_fails_its_maker_and_others_go_on(string backend)
    {
        // jmp to itself
        Sandboxes sandboxes = Start(backend, other: GuestImage.FromBytes(TinyGuest.Elf([0xEB, 0xFE])));
        Task<SandboxRef> stuck = sandboxes.CreateAsync("other", s => s.Options(o => o with { InitializationTimeout = TimeSpan.FromMilliseconds(100) }));
        SandboxRef sandbox = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        await Assert.ThrowsAsync<GuestKilledException>(() => stuck.WaitAsync(Patience));
        Assert.Equal(1, await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));
        Assert.Equal("simple-2", Next<SandboxEvents.Started>().Name);
        Assert.Empty(Events);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_dies_while_it_starts_fails_its_maker_with_the_cause_and_its_name_is_free(string backend)
    {
        // ud2
        Sandboxes sandboxes = Start(backend, other: GuestImage.FromBytes(TinyGuest.Elf([0x0F, 0x0B])));
        await Assert.ThrowsAsync<GuestFaultException>(() => sandboxes.CreateAsync(sandboxes.Define("other"), "named").WaitAsync(Patience));
        SandboxRef sandbox = await sandboxes.CreateAsync(sandboxes.Define("simple"), "named").WaitAsync(Patience);
        Assert.Equal("akka://test/user/sandboxes/named", sandbox.ActorRef.Path.ToString());
    }

    [SkippableTheory, OnEachBackend]
    public async Task Two_sandboxes_cannot_have_the_same_name(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        SandboxDefinition definition = sandboxes.Define("simple", s => s.Named("named"));
        SandboxRef sandbox = await sandboxes.CreateAsync(definition).WaitAsync(Patience);
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => sandboxes.CreateAsync(definition).WaitAsync(Patience));
        Assert.Contains("'named'", refused.Message, StringComparison.Ordinal);
        await sandbox.CallAsync("NoOp").WaitAsync(Patience);
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_sandbox_cannot_be_is_refused_where_it_is_said(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        Assert.Contains("other, simple", Assert.Throws<ArgumentException>(() => sandboxes.Define("none")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => sandboxes.Define("simple", s => s.Named("a/b")));
        Assert.Throws<ArgumentException>(() => sandboxes.Define("simple", s => s.HostFunction("Now", () => DateTime.UnixEpoch)));
        ArgumentOutOfRangeException size = Assert.Throws<ArgumentOutOfRangeException>(() => sandboxes.Define("simple", s => s.HeapSize(1)));
        Assert.Contains("16384", size.Message, StringComparison.Ordinal);
        Assert.Contains("1073741824", size.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => sandboxes.Define("simple", s => s.Healing(h => h with { MaximumRestores = -2 })));
        Assert.Throws<InvalidOperationException>(() => Start(backend));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_sandbox_makes_itself_known_when_it_starts_and_stops(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Named("named"));
        SandboxEvents.Started started = Next<SandboxEvents.Started>();
        Assert.Equal(("named", sandbox.ActorRef.Path), (started.Name, started.Path));
        Assert.True(started.Duration > TimeSpan.Zero);
        await sandbox.StopAsync().WaitAsync(Patience);
        Assert.Equal(started.SandboxId, Next<SandboxEvents.Stopped>().SandboxId);
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_events_of_a_sandbox_come_in_order_and_end_with_the_subscription(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        for (int i = 0; i < 10; i++) await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose").WaitAsync(Patience));
        await sandbox.StopAsync().WaitAsync(Patience);
        var kinds = new List<string>();
        foreach (SandboxEvent happened in Events.GetConsumingEnumerable())
        {
            kinds.Add(happened.GetType().Name);
            if (happened is SandboxEvents.Stopped) break;
        }

        // The last poisoning may be healed before the stop comes, or not.
        string[] expected = ["Started", .. Enumerable.Repeat<string[]>(["Poisoned", "Restored"], 10).SelectMany(pair => pair), "Stopped"];
        if (kinds.Count == expected.Length - 1) expected = [.. expected[..^2], "Stopped"];
        Assert.Equal(expected, kinds);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_subscription_that_was_disposed_hears_nothing_more(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        int heard = 0;
        IDisposable subscription = sandboxes.Subscribe<SandboxEvents.Started>(_ => Interlocked.Increment(ref heard));
        await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref heard) == 1, Patience));
        subscription.Dispose();
        await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        Next<SandboxEvents.Started>();
        Next<SandboxEvents.Started>(); // the other subscriber has had both
        Assert.Equal(1, heard);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_handler_that_throws_hears_the_next_event_all_the_same(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        var heard = new Signal();
        using IDisposable subscription = sandboxes.Subscribe<SandboxEvents.Started>(_ =>
        {
            heard.Give();
            throw new InvalidOperationException("on purpose");
        });
        await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        await heard.WaitAsync();
        await heard.WaitAsync();
    }
}
