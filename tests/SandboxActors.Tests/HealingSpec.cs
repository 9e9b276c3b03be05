using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Tests;

/// <summary>What becomes of a sandbox that a call has poisoned.</summary>
public sealed class HealingSpec : SandboxTest
{
    [SkippableTheory]
    [OnEachBackend("guest_panic", nameof(PoisonReason.Panicked))]
    [OnEachBackend("GuestAbortWithMessage", nameof(PoisonReason.Aborted))]
    [OnEachBackend("ExhaustHeap", nameof(PoisonReason.HeapExhausted))]
    [OnEachBackend("InfiniteRecursion", nameof(PoisonReason.StackOverflowed))]
    [OnEachBackend("BufferOverrun", nameof(PoisonReason.StackCorrupted))]
    [OnEachBackend("TriggerException", nameof(PoisonReason.Faulted))]
    [OnEachBackend("WriteInputBufferForever", nameof(PoisonReason.MemoryViolation))]
    [OnEachBackend("OutbWithPort", nameof(PoisonReason.PortViolation))]
    [OnEachBackend("CorruptOutputSizePrefix", nameof(PoisonReason.InvalidMessage))]
    public async Task The_call_that_poisons_fails_with_the_true_reason_and_the_next_runs_on_the_snapshots_state(
        string backend, string function, string kind)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.CallAsync<int>("AddToStatic", 5);
        await sandbox.SnapshotAsync();
        await sandbox.CallAsync<int>("AddToStatic", 100);

        GuestPoisonException poison = await Assert.ThrowsAnyAsync<GuestPoisonException>(() => Poison(sandbox, function)).WaitAsync(Patience);

        Assert.Equal(kind, poison.Reason.Kind);
        Assert.Equal(5, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));
        SandboxEvents.Poisoned told = Next<SandboxEvents.Poisoned>();
        Assert.Equal(poison.Reason, told.Reason);
        Assert.Same(poison.CrashReport, told.CrashReport);
        Assert.NotEmpty(told.CrashReport!.StackTrace);
        Assert.Equal(1, Next<SandboxEvents.Restored>().Attempt);
        SandboxReport report = await sandbox.StatusAsync();
        Assert.Equal((SandboxActorState.Healthy, 1L, 1L, 0L), (report.State, report.Poisonings, report.Restores, report.Rebuilds));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Without_a_snapshot_of_its_users_a_sandbox_goes_back_to_its_start(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.CallAsync<int>("AddToStatic", 5);
        await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose"));
        Assert.Equal(0, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_snapshot_that_was_restored_is_what_a_heal_goes_back_to(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.CallAsync<int>("AddToStatic", 1);
        Snapshot one = await sandbox.SnapshotAsync();
        await sandbox.CallAsync<int>("AddToStatic", 1);
        await sandbox.SnapshotAsync();
        await sandbox.RestoreAsync(one);
        await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose"));
        Assert.Equal(1, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Calls_behind_the_one_that_poisons_wait_and_run_in_order_on_healed_state(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.CallAsync<int>("AddToStatic", 100);
        await sandbox.SnapshotAsync();

        Task<int>[] before = [.. Enumerable.Range(0, 20).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];
        Task poison = sandbox.CallAsync("guest_panic", "on purpose");
        Task<int>[] behind = [.. Enumerable.Range(0, 20).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];

        Assert.Equal(Enumerable.Range(101, 20), await Task.WhenAll(before).WaitAsync(Patience));
        await Assert.ThrowsAsync<GuestAbortedException>(() => poison);
        Assert.Equal(Enumerable.Range(101, 20), await Task.WhenAll(behind).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_sandbox_that_rolls_back_by_its_own_option_needs_no_healing(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.StatePolicy(StatePolicy.RollBackOnFailure));
        await sandbox.CallAsync<int>("AddToStatic", 5);
        await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose"));
        Assert.Equal(5, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));
        Assert.Equal(0, (await sandbox.StatusAsync()).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task By_policy_a_poisoned_sandbox_is_rebuilt(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Healing(h => h with { Policy = HealingPolicy.Rebuild }));
        long id = (await sandbox.StatusAsync()).SandboxId;
        await sandbox.CallAsync<int>("AddToStatic", 5);
        Snapshot old = await sandbox.SnapshotAsync();
        await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose"));
        Assert.Equal(0, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));
        SandboxEvents.Rebuilt rebuilt = Next<SandboxEvents.Rebuilt>();
        Assert.NotEqual(id, rebuilt.SandboxId);
        Assert.Equal(rebuilt.SandboxId, (await sandbox.StatusAsync()).SandboxId);
        await Assert.ThrowsAsync<SnapshotMismatchException>(() => sandbox.RestoreAsync(old));
    }

    [SkippableTheory, OnEachBackend]
    public async Task By_policy_a_poisoned_sandbox_stops(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Healing(h => h with { Policy = HealingPolicy.Stop }));
        Watch(sandbox.ActorRef);
        Task poison = sandbox.CallAsync("guest_panic", "on purpose");
        Task behind = sandbox.CallAsync("NoOp");
        await Assert.ThrowsAsync<GuestAbortedException>(() => poison.WaitAsync(Patience));
        SandboxStoppedException stopped = await Assert.ThrowsAsync<SandboxStoppedException>(() => behind.WaitAsync(Patience));
        Assert.Equal(SandboxStopReason.Policy, stopped.Reason);
        ExpectTerminated(sandbox.ActorRef, Patience);
        Assert.Equal(SandboxStopReason.Policy, Next<SandboxEvents.Stopped>().Reason);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Past_the_limit_of_restores_a_sandbox_is_rebuilt_and_past_that_of_rebuilds_it_stops(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.Healing(h => h with
        {
            MaximumRestores = 2,
            MaximumRebuilds = 1,
            MinimumBackoff = TimeSpan.FromMilliseconds(1),
            MaximumBackoff = TimeSpan.FromMilliseconds(1),
        }));
        var heals = new List<string>();
        for (int i = 0; i < 6; i++)
        {
            await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose").WaitAsync(Patience));
            SandboxEvent happened = Events.GetConsumingEnumerable().First(e => e is SandboxEvents.Restored or SandboxEvents.Rebuilt or SandboxEvents.Stopped);
            heals.Add(happened.GetType().Name);
        }

        Assert.Equal(["Restored", "Restored", "Rebuilt", "Restored", "Restored", "Stopped"], heals);
        await sandbox.WhenStopped.WaitAsync(Patience);
        Assert.Equal(SandboxStopReason.LimitReached, (await Assert.ThrowsAsync<SandboxStoppedException>(() => sandbox.CallAsync("NoOp"))).Reason);
    }

    [SkippableTheory, OnEachBackend]
    public async Task An_unrecoverable_sandbox_is_rebuilt_and_calls_behind_run_there(string backend)
    {
        var hypervisor = new SabotagedHypervisor(Backends.Open(backend));
        SandboxRef sandbox = await Start(hypervisor).CreateAsync("simple");
        await sandbox.CallAsync<int>("AddToStatic", 5);
        hypervisor.Before = FailOnce("WriteState", () => new IOException("sabotage")); // the restore fails half way

        Task poison = sandbox.CallAsync("guest_panic", "on purpose");
        Task<int> behind = sandbox.CallAsync<int>("AddToStatic", 1);

        await Assert.ThrowsAsync<GuestAbortedException>(() => poison.WaitAsync(Patience));
        Assert.Equal(1, await behind.WaitAsync(Patience));
        Assert.Equal(2, Next<SandboxEvents.Rebuilt>().Attempt);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_rebuild_that_fails_is_tried_again_until_the_limit_stops_the_sandbox(string backend)
    {
        var hypervisor = new SabotagedHypervisor(Backends.Open(backend));
        int attempts = 0;
        SandboxRef sandbox = await Start(hypervisor).CreateAsync("simple", s => s.Healing(h => h with
        {
            Policy = HealingPolicy.Rebuild,
            MaximumRebuilds = 3,
            MinimumBackoff = TimeSpan.FromMilliseconds(1),
            MaximumBackoff = TimeSpan.FromMilliseconds(1),
        }));
        hypervisor.Before = operation =>
        {
            if (operation != "CreateMachine") return;
            attempts++;
            throw new Machine.MachineException("sabotage", 12, "no memory");
        };
        await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose").WaitAsync(Patience));
        Assert.Equal(SandboxStopReason.LimitReached, (await Assert.ThrowsAsync<SandboxStoppedException>(() => sandbox.CallAsync("NoOp").WaitAsync(Patience))).Reason);
        Assert.Equal(3, attempts);
    }

    [SkippableTheory, OnEachBackend]
    public async Task What_nobody_expected_reaches_the_caller_and_the_sandbox_is_rebuilt_with_its_queue_in_order(string backend)
    {
        var hypervisor = new SabotagedHypervisor(Backends.Open(backend));
        SandboxRef sandbox = await Start(hypervisor).CreateAsync("simple");
        await sandbox.CallAsync<int>("AddToStatic", 5);
        hypervisor.Before = FailOnce("ReadState", () => new InvalidOperationException("sabotage"));

        Task snapshot = sandbox.SnapshotAsync();
        Task<int>[] behind = [.. Enumerable.Range(0, 10).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];

        Assert.Equal("sabotage", (await Assert.ThrowsAsync<InvalidOperationException>(() => snapshot.WaitAsync(Patience))).Message);
        Assert.Equal(Enumerable.Range(1, 10), await Task.WhenAll(behind).WaitAsync(Patience));
        Assert.Null(Next<SandboxEvents.Poisoned>().Reason);
        Next<SandboxEvents.Rebuilt>();
    }

    [SkippableTheory, OnEachBackend]
    public async Task What_was_set_aside_when_nobody_expected_it_runs_in_order_after_the_rebuild(string backend)
    {
        var hypervisor = new SabotagedHypervisor(Backends.Open(backend));
        var inside = new Signal();
        var gate = new TaskCompletionSource();
        SandboxRef sandbox = await Start(hypervisor).CreateAsync("simple", s => s.HostFunction("Gate", () =>
        {
            inside.Give();
            return gate.Task;
        }));
        Task call = sandbox.CallAsync("CallHostExpectError", "Gate");
        await inside.WaitAsync();
        Task<int>[] behind = [.. Enumerable.Range(0, 10).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];
        Assert.Equal(10, (await sandbox.StatusAsync().WaitAsync(Patience)).Waiting);
        hypervisor.Before = FailOnce("ReadWrittenPages", () => new InvalidOperationException("sabotage"));
        gate.SetResult(); // the guest answers with an error, and cleaning up behind it fails

        Assert.Equal("sabotage", (await Assert.ThrowsAsync<InvalidOperationException>(() => call.WaitAsync(Patience))).Message);
        Assert.Equal(Enumerable.Range(1, 10), await Task.WhenAll(behind).WaitAsync(Patience));
        Next<SandboxEvents.Rebuilt>();
    }

    private static Task Poison(SandboxRef sandbox, string function) => function switch
    {
        "guest_panic" => sandbox.CallAsync(function, "on purpose"),
        "GuestAbortWithMessage" => sandbox.CallAsync(function, 42, "on purpose"),
        "BufferOverrun" => sandbox.CallAsync<int>(function, new string('x', 100)),
        "CorruptOutputSizePrefix" => sandbox.CallAsync(function, uint.MaxValue),
        "OutbWithPort" => sandbox.CallAsync(function, 0x80u, 1u),
        _ => sandbox.InvokeAsync(function, GuestValueType.Void),
    };

    private static Action<string> FailOnce(string operation, Func<Exception> failure)
    {
        int failed = 0;
        return name =>
        {
            if (name == operation && Interlocked.Exchange(ref failed, 1) == 0) throw failure();
        };
    }
}
