using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Tests;

/// <summary>
/// Calls that wait for a busy sandbox go to its guest together, and nobody can tell but by the clock. Each test holds the guest in a call until all
/// that it wants in one batch waits behind.
/// </summary>
public sealed class BatchSpec : SandboxTest
{
    private readonly Signal _inside = new();
    private readonly TaskCompletionSource _gate = new();
    private readonly List<string> _heard = [];
    private int _runs;
    private SandboxRef? _sandbox;
    private Task? _held;

    [SkippableTheory]
    [OnEachBackend(64, 2)]
    [OnEachBackend(8, 8 + 1)]
    [OnEachBackend(1, 64 + 1)]
    public async Task Calls_that_wait_take_one_entry_for_as_many_as_the_setting_allows(string backend, int batch, int entries)
    {
        await HoldAsync(backend, s => s.Batch(batch));
        Task<int>[] calls = [.. Enumerable.Range(0, 64).Select(_ => Add())];
        Assert.Equal(Enumerable.Range(1, 64), await ReleaseAsync(calls));
        Assert.Equal(entries, Volatile.Read(ref _runs)); // the first is that of the call that was held
        Assert.Equal(65, (await _sandbox!.StatusAsync().WaitAsync(Patience)).Calls);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Other_requests_keep_their_place_among_the_calls(string backend)
    {
        await HoldAsync(backend);
        Task<int> one = Add(), two = Add();
        Task<Snapshot> snapshot = _sandbox!.SnapshotAsync();
        Task<int> three = Add(), four = Add();
        Task restored = _sandbox.RestoreAsync(await ReleaseAsync(snapshot));
        Task<int>[] more = [Add(), Add()];
        await restored.WaitAsync(Patience);
        Assert.Equal((int[])[1, 2, 3, 4], await Task.WhenAll(one, two, three, four).WaitAsync(Patience));
        Assert.Equal((int[])[3, 4], await Task.WhenAll(more).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task An_error_in_the_middle_is_its_callers_alone(string backend)
    {
        await HoldAsync(backend);
        Task<int> before = Add();
        Task<int> error = _sandbox!.CallAsync<int>("AddToStaticAndFail");
        Task unknown = _sandbox.CallAsync("NoSuchFunction");
        Task tooLarge = _sandbox.CallAsync("LargeParameters", new byte[100_000], "");
        Task<int> behind = Add();
        Assert.Equal(1, await ReleaseAsync(before));
        await Assert.ThrowsAsync<GuestErrorException>(() => error.WaitAsync(Patience));
        GuestCallRefusedException nothing = await Assert.ThrowsAsync<GuestCallRefusedException>(() => unknown.WaitAsync(Patience));
        Assert.Equal(CallRefusal.FunctionNotFound, nothing.Refusal);
        GuestCallRefusedException refused = await Assert.ThrowsAsync<GuestCallRefusedException>(() => tooLarge.WaitAsync(Patience));
        Assert.Equal(CallRefusal.ArgumentsTooLarge, refused.Refusal);
        Assert.Equal(12, await behind.WaitAsync(Patience));
    }

    [SkippableTheory]
    [OnEachBackend("guest_panic")]
    [OnEachBackend("TriggerException")]
    [OnEachBackend("ExhaustHeap")]
    [OnEachBackend("WriteInputBufferForever")]
    [OnEachBackend("OutbWithPort")]
    [OnEachBackend("CorruptOutputSizePrefix")]
    [OnEachBackend("CallHostThenSpin")] // killed by the host function
    public async Task Poison_in_the_middle_hits_its_call_and_those_behind_run_once_on_healed_state(string backend, string function)
    {
        await HoldAsync(backend, s => s.HostFunction("Kill", () => { _ = _sandbox!.KillAsync(); }));
        Task<int>[] before = [Add(), Heard(1), Add()];
        Task poison = function switch
        {
            "guest_panic" => _sandbox!.CallAsync(function, "on purpose"),
            "OutbWithPort" => _sandbox!.CallAsync(function, 0x80u, 1u),
            "CorruptOutputSizePrefix" => _sandbox!.CallAsync(function, uint.MaxValue),
            "CallHostThenSpin" => _sandbox!.CallAsync(function, "Kill"),
            _ => _sandbox!.CallAsync(function),
        };
        Task<int>[] behind = [Heard(2), Add(), Heard(3), Add()];

        Assert.Equal((int[])[1, 2, 2], await ReleaseAsync(before));
        Assert.Equal(function, (await Assert.ThrowsAnyAsync<GuestPoisonException>(() => poison.WaitAsync(Patience))).Function);
        Assert.Equal((int[])[4, 1, 6, 2], await Task.WhenAll(behind).WaitAsync(Patience));
        Assert.Equal(["1", "2", "3"], _heard);
        Assert.Equal(function, Next<SandboxEvents.Poisoned>().Function);
        SandboxReport report = await _sandbox!.StatusAsync().WaitAsync(Patience);
        Assert.Equal((9, 1, 1), (report.Calls, report.Poisonings, report.Restores));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_of_a_batch_that_ends_well_ends_a_row_of_poisonings(string backend)
    {
        await HoldAsync(backend);
        Task[] poisons = [Panic(), Panic()];
        Task<int> good = Add();
        Task third = Panic();
        Assert.Equal(1, await ReleaseAsync(good));
        foreach (Task poison in poisons) await Assert.ThrowsAsync<GuestAbortedException>(() => poison.WaitAsync(Patience));
        await Assert.ThrowsAsync<GuestAbortedException>(() => third.WaitAsync(Patience));
        Assert.Equal(1, Next<SandboxEvents.Restored>().Attempt);
        Assert.Equal(2, Next<SandboxEvents.Restored>().Attempt);
        Assert.Equal(1, Next<SandboxEvents.Restored>().Attempt);

        Task Panic() => _sandbox!.CallAsync("guest_panic", "on purpose");
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_hits_the_call_that_runs_and_those_before_it_have_their_answers(string backend)
    {
        await HoldAsync(backend);
        Task<int> before = Add();
        Task spin = _sandbox!.CallAsync("Spin");
        Task<int> behind = Add();
        Assert.Equal(1, await ReleaseAsync(before)); // though the call behind never ends: a slice ends
        Assert.Equal(KillOutcome.Killed, await _sandbox.KillAsync().WaitAsync(Patience));
        Assert.Equal("Spin", (await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience))).Function);
        Assert.Equal(1, await behind.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Stopping_fails_the_call_that_runs_and_those_behind_and_keeps_the_answers_before(string backend)
    {
        await HoldAsync(backend);
        Task<int> before = Add();
        Task[] failing = [_sandbox!.CallAsync("Spin"), Add(), Heard(1)];
        Assert.Equal(1, await ReleaseAsync(before));
        await _sandbox.StopAsync().WaitAsync(Patience);
        foreach (Task call in failing) await Assert.ThrowsAsync<SandboxStoppedException>(() => call.WaitAsync(Patience));
        Assert.Empty(_heard);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_poison_pill_among_the_calls_stops_the_sandbox_behind_those_before_it(string backend)
    {
        await HoldAsync(backend);
        Task<int>[] before = [Add(), Add()];
        _sandbox!.ActorRef.Tell(PoisonPill.Instance);
        Task<int> behind = Add();
        Assert.Equal((int[])[1, 2], await ReleaseAsync(before));
        await Assert.ThrowsAsync<SandboxStoppedException>(() => behind.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task While_a_host_function_of_the_middle_is_pending_those_before_have_their_answers_and_those_behind_wait(string backend)
    {
        var pending = new TaskCompletionSource<int>();
        await HoldAsync(backend, s => s.HostFunction("HostEchoI32", (int _) => pending.Task));
        Task<int>[] before = [Add(), Add()];
        Task<int> middle = _sandbox!.CallAsync<int>("RoundTripHostI32", 1);
        Task<int>[] behind = [Add(), Add(), Add()];
        Assert.Equal((int[])[1, 2], await ReleaseAsync(before));
        SandboxReport report = await _sandbox.StatusAsync().WaitAsync(Patience);
        Assert.Equal((SandboxActorState.Running, 3, 3L), (report.State, report.Waiting, report.Calls));
        Assert.False(middle.IsCompleted);
        pending.SetResult(77);
        Assert.Equal(77, await middle.WaitAsync(Patience));
        Assert.Equal((int[])[3, 4, 5], await Task.WhenAll(behind).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_host_function_may_wait_for_the_answer_of_the_call_before_its_own(string backend)
    {
        Task<int>? before = null;
        await HoldAsync(backend, s => s.HostFunction("HostEchoI32", (int _) => before!.WaitAsync(Patience).GetAwaiter().GetResult()));
        before = Add();
        Task<int> waits = _sandbox!.CallAsync<int>("RoundTripHostI32", 1);
        Assert.Equal(1, await ReleaseAsync(waits));
    }

    [SkippableTheory, OnEachBackend]
    public async Task What_a_host_function_left_running_may_call_the_sandbox_when_its_call_is_over_though_the_batch_is_not(string backend)
    {
        var over = new TaskCompletionSource();
        var pending = new TaskCompletionSource<int>();
        Task<int>? left = null, refused = null;
        await HoldAsync(backend, s => s
            .HostFunction("HostMethod", (string _) =>
            {
                left = Task.Run(async () =>
                {
                    await over.Task;
                    return await Add();
                });
                return 0;
            })
            .HostFunction("HostEchoI32", (int _) =>
            {
                refused = Task.Run(Add); // from inside the call behind: it would wait for itself
                return pending.Task;
            }));
        Task<int> first = _sandbox!.CallAsync<int>("GuestMethod", "x");
        Task<int> second = _sandbox.CallAsync<int>("RoundTripHostI32", 1);
        Task<int> third = Add();
        await ReleaseAsync(first);
        Assert.Equal(SandboxActorState.Running, (await _sandbox.StatusAsync().WaitAsync(Patience)).State);
        over.SetResult();
        await Assert.ThrowsAsync<SandboxBusyException>(() => refused!.WaitAsync(Patience));
        pending.SetResult(5);
        Assert.Equal(5, await second.WaitAsync(Patience));
        Assert.Equal((int[])[1, 2], await Task.WhenAll(third, left!).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_reply_may_be_told_to_anybody_and_whoever_gets_it_is_inside_no_host_function(string backend)
    {
        await HoldAsync(backend, s => s.HostFunction("HostEchoI32", (int a) => a));
        SandboxRef sandbox = _sandbox!;
        var called = new TaskCompletionSource<Task<int>>();
        Action call = () => called.SetResult(sandbox.CallAsync<int>("AddToStatic", 1));
        IActorRef asks = Sys.ActorOf(Props.Create(() => new Calls(call)));
        sandbox.ActorRef.Tell(new SandboxProtocol.Call("RoundTripHostI32", GuestValueType.Int32, [1]), asks);
        Task behind = sandbox.CallAsync("NoOp");
        await ReleaseAsync(behind);
        Assert.Equal(1, await (await called.Task.WaitAsync(Patience)).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task What_nobody_expected_reaches_the_call_that_runs_and_those_behind_run_in_order_after_the_rebuild(string backend)
    {
        var hypervisor = new SabotagedHypervisor(Backends.Open(backend));
        await HoldAsync(hypervisor);
        Task<int>[] before = [Add(), Add()];
        Task panic = _sandbox!.CallAsync("guest_panic", "on purpose");
        Task<int>[] behind = [Heard(1), Add(), Add()];
        int failures = 0;
        hypervisor.Before = operation =>
        {
            if (operation == "ReadWrittenPages" && Interlocked.Increment(ref failures) == 1) throw new InvalidOperationException("sabotage");
        };
        Assert.Equal((int[])[1, 2], await ReleaseAsync(before));
        Assert.Equal("sabotage", (await Assert.ThrowsAsync<InvalidOperationException>(() => panic.WaitAsync(Patience))).Message);
        Assert.Equal((int[])[2, 1, 2], await Task.WhenAll(behind).WaitAsync(Patience));
        Assert.Equal(["1"], _heard);
        Next<SandboxEvents.Rebuilt>();
    }

    private Task HoldAsync(string backend, Action<SandboxDefinitionBuilder>? configure = null)
    {
        var hypervisor = new SabotagedHypervisor(Backends.Open(backend));
        Task held = HoldAsync(hypervisor, configure);
        hypervisor.Before = operation =>
        {
            if (operation == "Run") Interlocked.Increment(ref _runs);
        };
        return held;
    }

    // Slices long enough that none ends when nobody spins, so that entries can be counted.
    private async Task HoldAsync(SabotagedHypervisor hypervisor, Action<SandboxDefinitionBuilder>? configure = null)
    {
        Sandboxes sandboxes = Start(
            hypervisor, settings => settings with { Scheduling = settings.Scheduling with { Quantum = TimeSpan.FromSeconds(1) } });
        _sandbox = await sandboxes.CreateAsync("simple", s =>
        {
            s.PrintTo(static _ => { })
                .HostFunction("HostEchoNoOp", () =>
                {
                    _inside.Give();
                    return _gate.Task;
                })
                .HostFunction("HostAdd", (int a, int b) =>
                {
                    _heard.Add($"{a}");
                    return a + b;
                });
            configure?.Invoke(s);
        });
        _held = _sandbox.CallAsync("RoundTripHostNoOp");
        await _inside.WaitAsync();
        Volatile.Write(ref _runs, 0);
    }

    private async Task<T> ReleaseAsync<T>(Task<T> behind)
    {
        _gate.SetResult();
        await _held!.WaitAsync(Patience);
        return await behind.WaitAsync(Patience);
    }

    private async Task ReleaseAsync(Task behind)
    {
        _gate.SetResult();
        await Task.WhenAll(_held!, behind).WaitAsync(Patience);
    }

    private Task<T[]> ReleaseAsync<T>(Task<T>[] behind) => ReleaseAsync(Task.WhenAll(behind));

    private Task<int> Add() => _sandbox!.CallAsync<int>("AddToStatic", 1);

    /// <summary>A call that a host function hears of: twice the number.</summary>
    private Task<int> Heard(int number) => _sandbox!.CallAsync<int>("Add", number, number);

    private sealed class Calls : ReceiveActor
    {
        public Calls(Action call) => ReceiveAny(_ => call());
    }
}
