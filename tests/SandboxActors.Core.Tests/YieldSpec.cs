using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>What a yield does on the host: who gets the item, how the guest waits, what ends it, and what a yield cannot be.</summary>
public sealed class YieldSpec
{
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly TaskCompletionSource<bool> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static TheoryData<string> Ends => ["killed", "deadline", "cancelled"];

    [Fact]
    public async Task A_guest_waits_until_its_item_has_been_taken_and_costs_no_processor_time()
    {
        using Sandbox sandbox = Yielding(out ScriptedMachine machine);
        var options = new CallOptions { Items = _ => new ValueTask<bool>(_taken.Task), CpuBudget = Second };
        GuestCall call = sandbox.Start("Any", GuestValueType.Void, options);
        int runs = machine.Runs;
        Task waiting = WaitingOf(call.Step());
        Assert.Equal(runs + 1, machine.Runs);

        _clock.Advance(10 * Second);
        Assert.False(waiting.IsCompleted);
        machine.OnRun = m =>
        {
            Assert.True(AnswerOf(m).AsBoolean());
            return Completed(m);
        };
        _taken.SetResult(true);
        await waiting.WaitAsync(Bound);
        Assert.Equal(GuestStepKind.Completed, call.Step().Kind);
        Assert.Equal(runs + 2, machine.Runs);
    }

    [Fact]
    public async Task A_guest_that_runs_too_long_between_its_yields_is_ended_for_that()
    {
        using Sandbox sandbox = Yielding(out ScriptedMachine machine);
        var options = new CallOptions { Items = _ => new ValueTask<bool>(_taken.Task), CpuBudget = Second };
        GuestCall call = sandbox.Start("Any", GuestValueType.Void, options);
        Task waiting = WaitingOf(call.Step());
        machine.OnRun = _ =>
        {
            _clock.Advance(Second);
            return VmExit.Interrupted;
        };
        _taken.SetResult(true);
        await waiting.WaitAsync(Bound);
        Assert.IsType<GuestCpuBudgetExceededException>(call.Step().Failure);
    }

    [Theory, MemberData(nameof(Ends))]
    public async Task Whatever_ends_a_call_ends_it_while_its_item_is_not_taken_and_the_guest_never_runs_again(string name)
    {
        using Sandbox sandbox = Yielding(out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        using var source = new CancellationTokenSource();
        var options = new CallOptions { Items = _ => new ValueTask<bool>(_taken.Task), Timeout = Second, Cancellation = source.Token };
        GuestCall call = sandbox.Start("Any", GuestValueType.Void, options);
        Task waiting = WaitingOf(call.Step());
        int runs = machine.Runs;
        PoisonReason expected;
        switch (name)
        {
            case "killed":
                _ = sandbox.InterruptHandle.Kill();
                expected = new PoisonReason.Killed();
                break;
            case "deadline":
                _clock.Advance(Second);
                expected = new PoisonReason.DeadlineExceeded(Second);
                break;
            default:
                await source.CancelAsync();
                expected = new PoisonReason.CallerCancelled();
                break;
        }

        await waiting.WaitAsync(Bound);
        Assert.Equal(expected, Assert.IsType<GuestPoisonException>(call.Step().Failure, exactMatch: false).Reason);
        Assert.Equal(runs, machine.Runs);

        // And the item that is taken late is nothing to the next call.
        sandbox.Restore(snapshot);
        machine.OnRun = Completed;
        _taken.SetException(new InvalidOperationException("too late"));
        sandbox.Call("Next");
    }

    [Fact]
    public async Task A_sandbox_that_goes_does_not_wait_for_the_item_to_be_taken()
    {
        Sandbox sandbox = Yielding(out ScriptedMachine machine);
        GuestCall call = sandbox.Start("Any", GuestValueType.Void, new CallOptions { Items = _ => new ValueTask<bool>(_taken.Task) });
        Task waiting = WaitingOf(call.Step());
        sandbox.Dispose();
        await waiting.WaitAsync(Bound);
        Assert.True(machine.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => call.Step());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_guest_that_was_told_that_no_more_are_wanted_may_end_but_not_yield_again(bool yieldsAgain)
    {
        using Sandbox sandbox = Yielding(out ScriptedMachine machine);
        int yields = 0, offered = 0;
        machine.OnRun = m =>
        {
            if (yields > 0) Assert.False(AnswerOf(m).AsBoolean());
            return yields++ == 0 || yieldsAgain ? Yield(m, 7) : Completed(m);
        };
        var options = new CallOptions { Items = _ => ValueTask.FromResult(++offered < 0) };
        if (yieldsAgain)
        {
            var failure = Assert.Throws<GuestCallCancelledException>(() => sandbox.Call("Any", options));
            Assert.IsType<PoisonReason.CallerCancelled>(failure.Reason);
        }
        else
        {
            sandbox.Call("Any", options);
        }

        Assert.Equal((yieldsAgain ? SandboxStatus.Poisoned : SandboxStatus.Ready, 2, 1), (sandbox.Status, yields, offered));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_taker_throws_is_an_error_that_the_guest_can_handle(bool later)
    {
        using Sandbox sandbox = Yielding(out ScriptedMachine machine);
        bool hasYielded = false;
        machine.OnRun = m =>
        {
            if (!hasYielded)
            {
                hasYielded = true;
                return Yield(m, 7);
            }

            Assert.Equal(((int)GuestErrorCode.HostFunctionError, "no room"), ErrorOf(m));
            return Completed(m);
        };
        var failure = new InvalidOperationException("no room");
        sandbox.Call("Any", new CallOptions { Items = _ => later ? ValueTask.FromException<bool>(failure) : throw failure });
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [Fact]
    public void A_yield_that_cannot_be_is_an_error_that_the_guest_can_handle()
    {
        using Sandbox sandbox = Yielding(out ScriptedMachine machine);
        int offered = 0;
        var stream = new CallOptions { Items = _ => ValueTask.FromResult(++offered > 0) };
        Refused(CallOptions.None, "not called as a stream", m => Yield(m, 7));
        Refused(stream, "not 0", m => Yield(m));
        Refused(stream, "not 2", m => Yield(m, 7, "two"));
        Refused(stream, "returns Boolean, not Int32", m => HostCall(m, GuestValueType.Int32, 7));
        Refused(stream, "returns Boolean, not Void", m => HostCall(m, GuestValueType.Void, 7));
        Assert.Equal((0, SandboxStatus.Ready), (offered, sandbox.Status));

        void Refused(CallOptions options, string why, Func<ScriptedMachine, VmExit> yield)
        {
            bool hasYielded = false;
            machine.OnRun = m =>
            {
                if (!hasYielded)
                {
                    hasYielded = true;
                    return yield(m);
                }

                (int code, string message) = ErrorOf(m);
                Assert.Equal((int)GuestErrorCode.HostFunctionError, code);
                Assert.Contains(why, message, StringComparison.Ordinal);
                return Completed(m);
            };
            sandbox.Call("Any", options);
        }
    }

    [Fact]
    public void No_host_function_has_the_name_that_guests_yield_by()
    {
        var builder = new SandboxBuilder(new ScriptedHypervisor(), Image);
        Assert.Throws<ArgumentException>(() => builder.HostFunction(GuestAbi.YieldFunction, (int item) => item > 0));
    }

    private static Task WaitingOf(GuestStep step)
    {
        Assert.Equal(GuestStepKind.Waiting, step.Kind);
        Assert.False(step.Waiting!.IsCompleted);
        return step.Waiting;
    }

    private static GuestValue AnswerOf(ScriptedMachine machine) => ResultOf(machine).Value;

    private static (int Code, string Message) ErrorOf(ScriptedMachine machine)
    {
        FunctionResult result = ResultOf(machine);
        Assert.True(result.IsError);
        return (result.ErrorCode, result.ErrorMessage);
    }

    // Behind the call, as a guest finds it.
    private static FunctionResult ResultOf(ScriptedMachine machine)
    {
        Span<byte> input = machine.Memory(machine.Buffers.Input.Start, (int)machine.Buffers.Input.Length);
        Span<byte> answer = input[GuestAbi.HostResultOffset(GuestAbi.SizePrefix + BitConverter.ToInt32(input))..];
        return MessageReader.ReadResult(answer.Slice(GuestAbi.SizePrefix, BitConverter.ToInt32(answer)));
    }

    private static VmExit Completed(ScriptedMachine machine)
    {
        machine.Emit(0, new MessageWriter().WriteReturn(GuestValue.Void)[GuestAbi.SizePrefix..]);
        return VmExit.Output(GuestAbi.ReadyPort, 0);
    }

    private static VmExit Yield(ScriptedMachine machine, params GuestValue[] items) => HostCall(machine, GuestValueType.Boolean, items);

    private static VmExit HostCall(ScriptedMachine machine, GuestValueType result, params GuestValue[] items)
    {
        machine.Emit(0, new MessageWriter().WriteCall(GuestAbi.YieldFunction, result, items)[GuestAbi.SizePrefix..]);
        return VmExit.Output(GuestAbi.HostCallPort, 0);
    }

    /// <summary>A sandbox whose guest yields whenever it runs.</summary>
    private Sandbox Yielding(out ScriptedMachine machine)
    {
        var hypervisor = new ScriptedHypervisor();
        Sandbox sandbox = new SandboxBuilder(hypervisor, Image).HeapSize(16 << 10).StackSize(16 << 10).InputBufferSize(4096).OutputBufferSize(4096)
            .Clock(_clock).Build();
        machine = hypervisor.Machines[0];
        machine.OnRun = static m => Yield(m, 7);
        return sandbox;
    }
}
