using SandboxActors.Core.Abi;
using SandboxActors.Core.Calls;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>Deadlines, processor time, cancellation: each ends its own call and no other, for its own reason, at every point of a call.</summary>
public sealed class CallLimitsSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    private readonly ManualClock _clock = new();

    [Fact]
    public void A_call_that_takes_too_long_is_ended_for_that_reason()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        machine.OnRun = m => Advance(Second, VmExit.Interrupted);

        var failure = Assert.Throws<GuestDeadlineExceededException>(() => sandbox.Call("Any", new CallOptions { Timeout = Second }));

        Assert.Equal(new PoisonReason.DeadlineExceeded(Second), failure.Reason);
        Assert.Equal(SandboxStatus.Poisoned, sandbox.Status);
        Assert.Equal(1, machine.Interrupts);
        Assert.Equal(0, _clock.Timers);
    }

    [Fact]
    public void The_time_of_a_call_runs_between_its_steps_too()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        GuestCall call = sandbox.Start("Any", GuestValueType.Void, new CallOptions { Timeout = Second });
        _clock.Advance(Second);
        int runs = machine.Runs;
        Assert.IsType<GuestDeadlineExceededException>(call.Step().Failure);
        Assert.Equal(runs, machine.Runs);
    }

    [Fact]
    public void A_clock_that_was_stopped_goes_on_with_what_was_left()
    {
        using Sandbox sandbox = Scripted(out _);
        long call = sandbox.InterruptHandle.Begin();
        using var ender = new CallEnder(sandbox.InterruptHandle, call, CallEnd.DeadlineExceeded, _clock);
        ender.EndAfter(2 * Second);
        _clock.Advance(Second);
        ender.Stop();
        ender.Stop();
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(CallEnd.None, sandbox.InterruptHandle.Requested);
        ender.GoOn();
        ender.GoOn();
        _clock.Advance(Second - TimeSpan.FromTicks(1));
        Assert.Equal(CallEnd.None, sandbox.InterruptHandle.Requested);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(CallEnd.DeadlineExceeded, sandbox.InterruptHandle.Requested);
        sandbox.InterruptHandle.End();
    }

    [Fact]
    public void A_deadline_that_comes_late_finds_the_next_call_and_leaves_it_alone()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        var late = new CallEnder(sandbox.InterruptHandle, call: 2, CallEnd.DeadlineExceeded, _clock); // the start was the first
        sandbox.Call("Second");
        machine.OnRun = m =>
        {
            late.End();
            return Completed(m);
        };
        sandbox.Call("Third");
        Assert.Equal((SandboxStatus.Ready, 0), (sandbox.Status, machine.Interrupts));
    }

    [Fact]
    public async Task The_first_reason_stays_and_everybody_who_asked_is_told()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Task<KillOutcome>? kill = null;
        machine.OnRun = _ =>
        {
            _clock.Advance(Second);
            kill = sandbox.InterruptHandle.Kill();
            return VmExit.Interrupted;
        };
        Assert.Throws<GuestDeadlineExceededException>(() => sandbox.Call("Any", new CallOptions { Timeout = Second }));
        Assert.Equal(KillOutcome.Killed, await kill!.WaitAsync(Bound));
    }

    [Fact]
    public void A_call_that_completes_in_time_leaves_no_timer_and_no_registration()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        using var source = new CancellationTokenSource();
        sandbox.Call("Any", new CallOptions { Timeout = Second, CpuBudget = Second, Cancellation = source.Token });
        Assert.Equal(0, _clock.Timers);

        source.Cancel();
        _clock.Advance(Second);
        sandbox.Call("Next");
        Assert.Equal(0, machine.Interrupts);
    }

    [Fact]
    public void Only_the_time_that_the_guest_runs_is_its_processor_time()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine, builder => builder.HostFunction("Slow", () => _clock.Advance(10 * Second)));
        int left = 3;
        machine.OnRun = m =>
        {
            _clock.Advance(Second / 4);
            return left-- > 0 ? HostCall(m, "Slow") : Completed(m);
        };
        sandbox.Call("Any", new CallOptions { CpuBudget = Second + (Second / 8) });
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [Fact]
    public void A_guest_that_uses_up_its_processor_time_is_ended_though_nobody_looks()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        int slices = 0;
        machine.OnRun = m =>
        {
            slices++;
            return Advance(Second / 4, VmExit.Interrupted);
        };
        var failure = Assert.Throws<GuestCpuBudgetExceededException>(() => sandbox.Call("Any", new CallOptions { CpuBudget = Second }));
        Assert.Equal(new PoisonReason.CpuBudgetExceeded(Second), failure.Reason);
        Assert.Equal((4, 1), (slices, machine.Interrupts));
    }

    [Fact]
    public void A_call_whose_token_is_cancelled_is_ended_for_that_reason()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        using var source = new CancellationTokenSource();
        machine.OnRun = _ =>
        {
            source.Cancel();
            return VmExit.Interrupted;
        };
        var failure = Assert.Throws<GuestCallCancelledException>(() => sandbox.Call("Any", new CallOptions { Cancellation = source.Token }));
        Assert.IsType<PoisonReason.CallerCancelled>(failure.Reason);
    }

    [Fact]
    public void A_call_whose_token_was_cancelled_before_does_not_start()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        int runs = machine.Runs;
        Assert.Throws<OperationCanceledException>(() => sandbox.Call("Any", new CallOptions { Cancellation = new CancellationToken(canceled: true) }));
        Assert.Equal((SandboxStatus.Ready, runs), (sandbox.Status, machine.Runs));
        sandbox.Call("Next");
    }

    [Fact]
    public void A_deadline_that_cannot_reach_the_guest_tries_again()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        machine.OnRun = m =>
        {
            m.Failing = nameof(IVirtualMachine.Interrupt);
            _clock.Advance(Second);
            m.Failing = null;
            _clock.Advance(Second);
            return VmExit.Interrupted;
        };
        Assert.Throws<GuestDeadlineExceededException>(() => sandbox.Call("Any", new CallOptions { Timeout = Second }));
        Assert.Equal(1, machine.Interrupts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(50L * 24 * 3600 * 1000)]
    public void Times_that_no_timer_can_wait_are_refused(long milliseconds)
    {
        using Sandbox sandbox = Scripted(out _);
        TimeSpan time = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => sandbox.Call("Any", new CallOptions { Timeout = time }));
        Assert.Throws<ArgumentOutOfRangeException>(() => sandbox.Call("Any", new CallOptions { CpuBudget = time }));
    }

    [Fact]
    public void A_host_functions_token_is_cancelled_when_its_call_is_ended()
    {
        CancellationToken seen = default;
        using Sandbox sandbox = Scripted(out ScriptedMachine machine, builder => builder.HostFunction("Wait", (CancellationToken token) =>
        {
            seen = token;
            _clock.Advance(Second);
            Assert.True(token.WaitHandle.WaitOne(Bound));
        }));
        machine.OnRun = m => HostCall(m, "Wait");
        Assert.Throws<GuestDeadlineExceededException>(() => sandbox.Call("Any", new CallOptions { Timeout = Second }));
        Assert.True(seen.IsCancellationRequested);
    }

    [Fact]
    public async Task An_asynchronous_host_functions_token_is_cancelled_when_its_sandbox_goes()
    {
        var started = new TaskCompletionSource<CancellationToken>();
        Sandbox sandbox = Scripted(out ScriptedMachine machine, builder => builder.HostFunction("Wait", async (CancellationToken token) =>
        {
            started.SetResult(token);
            await Task.Delay(Timeout.Infinite, token);
        }));
        machine.OnRun = m => HostCall(m, "Wait");
        GuestCall call = sandbox.Start("Any", GuestValueType.Void);
        GuestStep step = call.Step();
        Assert.Equal(GuestStepKind.Waiting, step.Kind);
        CancellationToken token = await started.Task.WaitAsync(Bound);
        Assert.False(token.IsCancellationRequested);

        sandbox.Dispose();

        await step.Waiting!.WaitAsync(Bound);
        Assert.True(token.WaitHandle.WaitOne(Bound));
    }

    [Fact]
    public void The_token_of_a_host_function_that_has_completed_is_not_cancelled_any_more()
    {
        CancellationToken seen = default;
        using Sandbox sandbox = Scripted(out ScriptedMachine machine, builder => builder.HostFunction("Quick", (CancellationToken token) => { seen = token; }));
        int runs = 0;
        machine.OnRun = m =>
        {
            if (runs++ == 0) return HostCall(m, "Quick");
            _ = sandbox.InterruptHandle.Kill();
            return VmExit.Interrupted;
        };
        Assert.Throws<GuestKilledException>(() => sandbox.Call("Any"));
        Assert.True(seen.CanBeCanceled);
        Assert.False(seen.IsCancellationRequested);
    }

    [Fact]
    public void A_host_function_that_comes_late_changes_nothing_in_a_later_call()
    {
        var late = new TaskCompletionSource<int>();
        using Sandbox sandbox = Scripted(out ScriptedMachine machine, builder => builder.HostFunction("Late", (CancellationToken _) => late.Task));
        Snapshot snapshot = sandbox.Snapshot();
        machine.OnRun = m => HostCall(m, "Late", GuestValueType.Int32);
        GuestCall call = sandbox.Start("Any", GuestValueType.Void, new CallOptions { Timeout = Second });
        Assert.Equal(GuestStepKind.Waiting, call.Step().Kind);
        _clock.Advance(Second);
        Assert.IsType<GuestDeadlineExceededException>(call.Step().Failure);

        sandbox.Restore(snapshot);
        machine.OnRun = Completed;
        late.SetException(new InvalidOperationException("too late"));
        sandbox.Call("Next");
    }

    [Fact]
    public async Task In_many_short_races_a_deadline_ends_its_own_call_or_none()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        var random = new Random(815);
        int left = 0;
        machine.OnRun = m => left-- > 0 ? VmExit.Interrupted : Completed(m);
        for (int round = 0; round < 3000; round++)
        {
            left = random.Next(20);
            int delay = random.Next(200);
            Task mover = Task.Run(() =>
            {
                Thread.SpinWait(delay);
                _clock.Advance(Second);
            });
            try
            {
                sandbox.Call("Any", new CallOptions { Timeout = Second });
            }
            catch (GuestDeadlineExceededException)
            {
                sandbox.Restore(snapshot);
            }

            left = random.Next(3);
            sandbox.Call("Next"); // by a deadline of the call before it would be ended here
            await mover.WaitAsync(Bound);
        }
    }

    private VmExit Advance(TimeSpan time, VmExit exit)
    {
        _clock.Advance(time);
        return exit;
    }

    private static VmExit Completed(ScriptedMachine machine)
    {
        machine.Emit(0, new MessageWriter().WriteReturn(GuestValue.Void)[GuestAbi.SizePrefix..]);
        return VmExit.Output(GuestAbi.ReadyPort, 0);
    }

    private static VmExit HostCall(ScriptedMachine machine, string function, GuestValueType result = GuestValueType.Void)
    {
        machine.Emit(0, new MessageWriter().WriteCall(function, result, [])[GuestAbi.SizePrefix..]);
        return VmExit.Output(GuestAbi.HostCallPort, 0);
    }

    private Sandbox Scripted(out ScriptedMachine machine, Func<SandboxBuilder, SandboxBuilder>? configure = null)
    {
        var hypervisor = new ScriptedHypervisor();
        SandboxBuilder builder = new SandboxBuilder(hypervisor, Image).HeapSize(16 << 10).StackSize(16 << 10).InputBufferSize(4096).OutputBufferSize(4096);
        Sandbox sandbox = (configure is null ? builder : configure(builder)).Clock(_clock).Build();
        machine = hypervisor.Machines[0];
        machine.OnRun = Completed;
        return sandbox;
    }
}
