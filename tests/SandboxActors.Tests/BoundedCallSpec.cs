using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Tests;

/// <summary>Timeouts, budgets, tokens and callers that go: each ends its own call for its own reason, or keeps it from starting.</summary>
public sealed class BoundedCallSpec : SandboxTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private static readonly CallOptions Soon = new() { Timeout = Short };

    private readonly Signal _inside = new();

    [SkippableTheory, OnEachBackend]
    public async Task A_call_whose_time_is_up_is_ended_and_those_behind_it_run_on_healed_state(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.CallAsync<int>("AddToStatic", 5);
        Task spin = sandbox.CallAsync("Spin", Soon);
        Task<int> behind = sandbox.CallAsync<int>("AddToStatic", 1);

        var failure = await Assert.ThrowsAsync<GuestDeadlineExceededException>(() => spin.WaitAsync(Patience));

        Assert.Equal(new PoisonReason.DeadlineExceeded(Short), failure.Reason);
        Assert.Equal(1, await behind.WaitAsync(Patience));
        Assert.IsType<PoisonReason.DeadlineExceeded>(Next<SandboxEvents.Poisoned>().Reason);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_whose_time_is_up_while_it_waits_does_not_run_and_leaves_the_sandbox_as_it_is(string backend)
    {
        SandboxRef sandbox = await BusyAsync(backend);
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        Task<int> late = sandbox.CallAsync<int>("AddToStatic", Soon, 7);
        Task<int> behind = sandbox.CallAsync<int>("AddToStatic", 1);

        TimeoutException timeout = await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Patience));

        Assert.Contains("'AddToStatic' has waited for its turn", timeout.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await sandbox.StatusAsync().WaitAsync(Patience)).Waiting);
        await sandbox.KillAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        Assert.Equal(1, await behind.WaitAsync(Patience));
        Assert.Equal(1, (await sandbox.StatusAsync().WaitAsync(Patience)).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_cancelled_call_is_ended_if_it_runs_and_given_up_if_it_waits(string backend)
    {
        SandboxRef sandbox = await BusyAsync(backend);
        using var cancellation = new CancellationTokenSource();
        var options = new CallOptions { Cancellation = cancellation.Token };
        Task running = sandbox.CallAsync("CallHostThenSpin", options, "Inside");
        Task<int> waiting = sandbox.CallAsync<int>("AddToStatic", options, 1);
        Task<int> other = sandbox.CallAsync<int>("AddToStatic", 2);
        await _inside.WaitAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<GuestCallCancelledException>(() => running.WaitAsync(Patience));
        var given = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        Assert.Equal(cancellation.Token, given.CancellationToken);
        Assert.True(waiting.IsCanceled);
        Assert.Equal(2, await other.WaitAsync(Patience));
        Assert.IsType<PoisonReason.CallerCancelled>(Next<SandboxEvents.Poisoned>().Reason);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sandbox.CallAsync("NoOp", options).WaitAsync(Patience));
        Assert.Equal(1, (await sandbox.StatusAsync().WaitAsync(Patience)).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_has_used_up_its_processor_time_is_ended_and_waiting_costs_it_nothing(string backend)
    {
        var answer = new TaskCompletionSource();
        SandboxRef sandbox = await CreateAsync(backend, s => s.CallCpuBudget(TimeSpan.FromMilliseconds(50)).HostFunction("Inside", async () =>
        {
            _inside.Give();
            await answer.Task;
        }));
        Task waits = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        using (var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(100))) await clock.WaitForNextTickAsync(); // twice the budget
        Assert.False(waits.IsCompleted);
        answer.SetResult();

        var failure = await Assert.ThrowsAsync<GuestCpuBudgetExceededException>(() => waits.WaitAsync(Patience));

        Assert.Equal(new PoisonReason.CpuBudgetExceeded(TimeSpan.FromMilliseconds(50)), failure.Reason);
        var options = new CallOptions { CpuBudget = Short };
        failure = await Assert.ThrowsAsync<GuestCpuBudgetExceededException>(() => sandbox.CallAsync("Spin", options).WaitAsync(Patience));
        Assert.Equal(new PoisonReason.CpuBudgetExceeded(Short), failure.Reason);
        await sandbox.CallAsync("NoOp").WaitAsync(Patience);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_sandboxs_own_timeout_holds_for_calls_that_ask_for_none_or_for_more(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.CallTimeout(Short));
        foreach (CallOptions options in new[] { CallOptions.None, new CallOptions { Timeout = TimeSpan.FromDays(1) } })
        {
            var failure = await Assert.ThrowsAsync<GuestDeadlineExceededException>(() => sandbox.CallAsync("Spin", options).WaitAsync(Patience));
            Assert.Equal(new PoisonReason.DeadlineExceeded(Short), failure.Reason);
        }

        await sandbox.CallAsync("NoOp", new CallOptions { Timeout = Patience }).WaitAsync(Patience);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_out_of_time_does_not_wait_for_the_slices_of_others_to_end(string backend)
    {
        Sandboxes sandboxes = Start(backend, s => s with { GuestThreads = 1 });
        SandboxRef late = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        var spinners = new List<SandboxRef>();
        for (int i = 0; i < 20; i++)
        {
            SandboxRef spinner = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
            _ = spinner.CallAsync("Spin");
            spinners.Add(spinner);
        }

        using var cancellation = new CancellationTokenSource();
        Task spin = late.CallAsync("Spin", new CallOptions { Cancellation = cancellation.Token });
        while (late.Lifeline.Counters.Slices < sandboxes.Settings.Scheduling.Levels) await late.StatusAsync().WaitAsync(Patience);
        long before = spinners.Sum(static s => s.Lifeline.Counters.Slices);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<GuestCallCancelledException>(() => spin.WaitAsync(Patience));
        Assert.InRange(spinners.Sum(static s => s.Lifeline.Counters.Slices) - before, 0, 19); // not one of each
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_token_of_a_pending_host_function_is_cancelled_by_whatever_ends_its_call(string backend)
    {
        var cancelled = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Inside", async (CancellationToken token) =>
        {
            _inside.Give();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                cancelled.Give();
            }
        }));
        using var cancellation = new CancellationTokenSource();
        Task call = sandbox.CallAsync("CallHostThenSpin", new CallOptions { Cancellation = cancellation.Token }, "Inside");
        await _inside.WaitAsync();
        await cancellation.CancelAsync();
        await cancelled.WaitAsync();
        await Assert.ThrowsAsync<GuestCallCancelledException>(() => call.WaitAsync(Patience));

        call = sandbox.CallAsync("CallHostThenSpin", Soon, "Inside");
        await _inside.WaitAsync();
        await cancelled.WaitAsync();
        await Assert.ThrowsAsync<GuestDeadlineExceededException>(() => call.WaitAsync(Patience));

        call = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        await sandbox.KillAsync().WaitAsync(Patience);
        await cancelled.WaitAsync();
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Patience));

        call = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        await sandbox.StopAsync().WaitAsync(Patience);
        await cancelled.WaitAsync();
        await Assert.ThrowsAsync<SandboxStoppedException>(() => call.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_ends_with_its_caller_is_ended_or_given_up_when_the_caller_has_gone(string backend)
    {
        SandboxRef sandbox = await BusyAsync(backend);
        IActorRef caller = Sys.ActorOf(Props.Empty);
        sandbox.ActorRef.Tell(Call("CallHostThenSpin", "Inside") with { EndsWithCaller = true }, caller);
        for (int i = 0; i < 5; i++) sandbox.ActorRef.Tell(Call("AddToStatic", 1) with { EndsWithCaller = true }, caller);
        sandbox.ActorRef.Tell(Call("AddToStatic", 10), caller); // this one does not care
        await _inside.WaitAsync();
        Assert.Equal(6, (await sandbox.StatusAsync().WaitAsync(Patience)).Waiting);

        Sys.Stop(caller);

        Assert.IsType<PoisonReason.CallerCancelled>(Next<SandboxEvents.Poisoned>().Reason);
        Assert.Equal(15, await sandbox.CallAsync<int>("AddToStatic", 5).WaitAsync(Patience));
        SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
        Assert.Equal((1, 0), (report.Poisonings, report.Waiting));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_ends_with_a_caller_gone_before_does_not_run(string backend)
    {
        SandboxRef sandbox = await BusyAsync(backend);
        IActorRef caller = Sys.ActorOf(Props.Empty);
        Watch(caller);
        Sys.Stop(caller);
        ExpectTerminated(caller, Patience);
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        sandbox.ActorRef.Tell(Call("AddToStatic", 1) with { EndsWithCaller = true }, caller);
        while ((await sandbox.StatusAsync().WaitAsync(Patience)).Waiting > 0) await Task.Yield();
        await sandbox.KillAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        Assert.Equal(0, await sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_caller_that_lives_keeps_its_calls_and_may_call_again(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Akka.TestKit.TestProbe caller = CreateTestProbe();
        for (int i = 1; i <= 20; i++)
        {
            sandbox.ActorRef.Tell(Call("AddToStatic", 1) with { EndsWithCaller = true }, caller);
            Assert.Equal(i, (await caller.ExpectMsgAsync<SandboxProtocol.Completed>(Patience)).Value.AsInt32());
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task Calls_given_up_make_room_for_others_and_none_is_lost(string backend)
    {
        SandboxRef sandbox = await BusyAsync(backend, s => s.MaximumWaiting(100));
        Task spin = sandbox.CallAsync("CallHostThenSpin", "Inside");
        await _inside.WaitAsync();
        using var cancellation = new CancellationTokenSource();
        var options = new CallOptions { Cancellation = cancellation.Token };
        var lasting = new List<Task<int>>();
        var given = new List<Task>();
        for (int i = 0; i < 100; i++)
        {
            if (i % 10 == 0) lasting.Add(sandbox.CallAsync<int>("AddToStatic", 1));
            else given.Add(sandbox.CallAsync("NoOp", options));
        }

        await Assert.ThrowsAsync<SandboxOverloadedException>(() => sandbox.CallAsync("NoOp", options).WaitAsync(Patience));
        await cancellation.CancelAsync();
        foreach (Task call in given) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience));
        Assert.Equal(10, (await sandbox.StatusAsync().WaitAsync(Patience)).Waiting);
        for (int i = 0; i < 90; i++) lasting.Add(sandbox.CallAsync<int>("AddToStatic", 1));
        await sandbox.KillAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        Assert.Equal(Enumerable.Range(1, 100), await Task.WhenAll(lasting).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Bounds_that_cannot_be_are_refused_at_once_and_over_the_protocol_by_a_reply(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        var impossible = new CallOptions { Timeout = TimeSpan.Zero };
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = sandbox.CallAsync("NoOp", impossible); });
        sandbox.ActorRef.Tell(Call("NoOp") with { Options = impossible }, TestActor);
        Assert.IsType<ArgumentOutOfRangeException>((await ExpectMsgAsync<SandboxProtocol.Failed>(Patience)).Cause);
        await sandbox.CallAsync("NoOp").WaitAsync(Patience);
        Assert.Equal(0, (await sandbox.StatusAsync().WaitAsync(Patience)).Poisonings);
    }

    private static SandboxProtocol.Call Call(string function, params GuestValue[] arguments) =>
        new(function, function == "AddToStatic" ? GuestValueType.Int32 : GuestValueType.Void, [.. arguments]);

    private Task<SandboxRef> BusyAsync(string backend, Action<SandboxDefinitionBuilder>? configure = null) => CreateAsync(backend, s =>
    {
        s.HostFunction("Inside", _inside.Give);
        configure?.Invoke(s);
    });
}
