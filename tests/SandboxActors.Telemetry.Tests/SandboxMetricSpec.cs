using System.Runtime.CompilerServices;
using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What an operator's meter says of sandboxes themselves: how many there are, what poisoned them, what they went back to.</summary>
public sealed class SandboxMetricSpec : IDisposable
{
    private readonly Metering _metering = new();

    public SandboxMetricSpec()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers(); // of sandboxes that other tests have dropped
    }

    public void Dispose() => _metering.Dispose();

    [SkippableTheory, OnEachBackend]
    public void Those_that_live_and_those_that_are_poisoned_are_counted_through_their_lives(string backend)
    {
        (long Live, long Poisoned) before = Population();
        Sandbox first = SimpleGuest.Builder(backend).Build();
        using Sandbox second = SimpleGuest.Builder(backend).Build();
        Snapshot snapshot = first.Snapshot();
        Assert.Equal((before.Live + 2, before.Poisoned), Population());

        Poison(first);
        Poison(second);
        Assert.Equal((before.Live + 2, before.Poisoned + 2), Population());
        first.Restore(snapshot);
        Assert.Equal((before.Live + 2, before.Poisoned + 1), Population());
        second.Dispose();
        second.Dispose();
        Assert.Equal((before.Live + 1, before.Poisoned), Population());
        first.Dispose();
        Assert.Equal(before, Population());
    }

    [SkippableTheory, OnEachBackend]
    public void A_sandbox_whose_guest_never_starts_does_not_stay_in_the_count(string backend)
    {
        (long, long) before = Population();
        Assert.ThrowsAny<GuestPoisonException>(() => new SandboxBuilder(Backends.Open(backend), Zeros()).Build());
        Assert.Equal(before, Population());
        Assert.Equal(1, _metering.Count("sandbox.poisons", "sandbox.poison.reason=MemoryViolation"));
    }

    [SkippableTheory, OnEachBackend]
    public void One_that_is_dropped_leaves_the_count_with_the_collector(string backend)
    {
        (long, long) before = Population();
        PoisonAndDrop(backend);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before, Population());
    }

    [SkippableTheory]
    [OnEachBackend("TriggerException", "Faulted")]
    [OnEachBackend("InfiniteRecursion", "StackOverflowed")]
    [OnEachBackend("ExhaustHeap", "HeapExhausted")]
    public void A_poison_is_counted_by_its_kind(string backend, string function, string kind)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call(function));
        Assert.Equal(1, _metering.Count("sandbox.poisons", $"sandbox.poison.reason={kind}"));
        Assert.Equal([$"sandbox.poison.reason={kind}"], _metering.Labels("sandbox.poisons"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_restore_is_counted_and_timed_and_going_nowhere_is_none(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Snapshot snapshot = sandbox.Snapshot();
        sandbox.Restore(snapshot);
        Assert.Equal(0, _metering.Count("sandbox.restores", "outcome=completed"));
        sandbox.Call<int>("AddToStatic", 1);
        sandbox.Restore(snapshot);
        sandbox.CallWithoutTrace<int>("AddToStatic", 1);
        Assert.Equal(2, _metering.Count("sandbox.restores", "outcome=completed"));
        Assert.Equal(2, _metering.Recorded("sandbox.restore.duration", "outcome=completed").Count);
    }

    [SkippableTheory, OnEachBackend]
    public void A_kill_is_counted_and_timed_by_its_reason_and_by_what_came_of_it(string backend)
    {
        var clock = new ManualClock();
        Sandbox? self = null;
        using Sandbox sandbox = SimpleGuest.Builder(backend).Clock(clock).HostFunction("HostAdd", (int a, int b) =>
        {
            _ = self!.InterruptHandle.Kill();
            _ = self.InterruptHandle.Kill(); // twice is once
            clock.Advance(TimeSpan.FromSeconds(2));
            return a + b;
        }).Build();
        self = sandbox;
        Assert.Throws<GuestKilledException>(() => sandbox.Call<int>("Add", 1, 2));
        string[] labels = ["sandbox.kill.reason=Killed", "outcome=killed"];
        Assert.Equal(1, _metering.Count("sandbox.kills", labels));
        Assert.Equal((1, 2.0), _metering.Recorded("sandbox.kill.latency", labels));
    }

    [SkippableTheory, OnEachBackend]
    public void A_snapshot_is_counted_with_its_size_and_the_same_one_again_is_none(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Snapshot first = sandbox.Snapshot();
        Assert.Same(first, sandbox.Snapshot());
        Assert.Equal(1, _metering.Count("sandbox.snapshots"));
        Assert.Equal((1, (double)first.StoredBytes), _metering.Recorded("sandbox.snapshot.size"));
    }

    private (long Live, long Poisoned) Population() => (_metering.Count("sandbox.live"), _metering.Count("sandbox.poisoned"));

    private static void Poison(Sandbox sandbox) => Assert.Throws<GuestFaultException>(() => sandbox.Call("TriggerException"));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PoisonAndDrop(string backend) => Poison(SimpleGuest.Builder(backend).Build());

    // Which read as code write to address zero.
    private static GuestImage Zeros() => GuestImage.FromBytes(new Core.Tests.ElfBuilder().Build());
}
