using SandboxActors.Core.Abi;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Machines;
using SandboxActors.Core.Telemetry;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>
/// Runs a guest from exit to exit and serves each: the one place that knows how a guest is run. Everything that the guest wrote is copied out once,
/// then tested, then parsed.
/// Used by the one operation inside the sandbox's gate.
/// </summary>
internal sealed class CallRunner(MicroVm vm, HostCalls hostCalls, InterruptHandle interrupts, SandboxGate gate, Action<GuestLogRecord> log)
{
    private readonly IVirtualMachine _machine = vm.Machine;
    private readonly SandboxMemory _memory = vm.Memory;
    private readonly AnswerCollector _answers = new(vm.Memory);

    /// <summary>
    /// Runs the guest until the call completes, fails, is preempted or waits. The guest's start completes with whether it said that it can be given batches.
    /// </summary>
    public GuestStep Run(GuestCall call)
    {
        try
        {
            if (call.Pending is not null && !hostCalls.Resume(call, out GuestStep waiting)) return waiting;
            while (true)
            {
                // Before every entry: a kill that came while the host was at work takes effect before the guest runs again.
                if (IsToEnd(call, out GuestStep ended)) return ended;
                if (IsHeld(call, out GuestStep held)) return held;
                if (!TryRun(call, out VmExit exit)) continue;
                if (call.Batch is not null) _answers.Collect(call); // first of all: whoever has an answer does not wait for what comes now
                switch (exit.Kind)
                {
                    case VmExitKind.Output:
                        if (Serve(call, exit, out GuestStep end)) return end;
                        break;
                    case VmExitKind.Interrupted:
                        // A kill is found at the top of the loop. An interruption that nobody stands behind any more belongs to a call that has
                        // ended: go on.
                        if (interrupts.TakePreemption()) return GuestStep.Preempted;
                        break;
                    default:
                        return Poison(call, ReasonFor(exit));
                }
            }
        }
#pragma warning disable CA1031 // Whatever fails on the host in the middle of a call leaves the guest half way: it is reported whole, as the cause of the poison.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Poison(call, failure is WireFormatException ? new PoisonReason.InvalidMessage(failure.Message) : new PoisonReason.HostFailed(failure));
        }
    }

    private bool IsToEnd(GuestCall call, out GuestStep ended)
    {
        CallEnd end = interrupts.Requested;
        ended = default;
        if (end == CallEnd.None && !gate.IsLeaving) return false;
        ended = Poison(call, CallLimits.ReasonFor(end, call.Limits));
        return true;
    }

    // While a debugger has the guest stopped, the call waits, and its time stands.
    private bool IsHeld(GuestCall call, out GuestStep held)
    {
        held = default;
        if (vm.Debugged is not { } machine) return false;
        Task? waiting = machine.WaitingFor();
        call.LetTimeStand(waiting is not null);
        if (waiting is null) return false;
        held = GuestStep.WaitingFor(hostCalls.WhenDoneOrKilled(waiting));
        return true;
    }

    // False if the guest may not run any more: the call has been asked to end.
    private bool TryRun(GuestCall call, out VmExit exit)
    {
        exit = default;
        if (call.Limits?.Cpu is not { } budget)
        {
            exit = Run(call.IsExitless);
            return true;
        }

        if (!budget.Enter()) return false;
        try
        {
            exit = Run(call.IsExitless);
        }
        finally
        {
            budget.Leave();
        }

        return true;
    }

    private VmExit Run(bool isExitless) => isExitless ? vm.Exitless!.RunCall() : _machine.Run();

    private static GuestStep Poison(GuestCall call, PoisonReason reason) => GuestStep.Failed(GuestPoisonException.For(call.Function, reason));

    /// <returns>Whether the step is over.</returns>
    private bool Serve(GuestCall call, in VmExit exit, out GuestStep end)
    {
        end = default;
        if (exit.Port == GuestAbi.ReadyPort && call.IsInitialization)
        {
            end = GuestStep.Completed(GuestValue.From(exit.Value == GuestAbi.TakesBatches));
            return true;
        }

        using OutputMessage message = _memory.TakeOutput(exit.Value);
        return Serve(call, exit.Port, message.Body, out end);
    }

    private bool Serve(GuestCall call, ushort port, ReadOnlySpan<byte> body, out GuestStep end)
    {
        end = default;
        switch (port)
        {
            case GuestAbi.ReadyPort:
                if (call.Batch is { IsLastInHand: false } batch)
                    throw new WireFormatException($"the guest was ready after {batch.InHand} of {batch.Count} calls of its batch");
                end = CallOutcome.Of(call, MessageReader.ReadResult(body));
                return true;
            case GuestAbi.AnswerPort:
                _answers.TakeAlone(call, body);
                return false;
            case GuestAbi.HostCallPort:
                return !hostCalls.Serve(call, body, out end);
            case GuestAbi.SpanPort:
                var operation = GuestSpanOperation.Read(body); // what is none is none, whether anybody listens or not
                call.Span?.Serve(operation);
                return false;
            case GuestAbi.LogPort:
                log(MessageReader.ReadLog(body));
                return false;
            case GuestAbi.AbortPort or GuestAbi.PanicPort:
                end = Poison(call, GaveUp(port, MessageReader.ReadResult(body)));
                return true;
            default:
                end = Poison(call, new PoisonReason.PortViolation(port, default));
                return true;
        }
    }

    private static PoisonReason GaveUp(ushort port, in FunctionResult message)
    {
        if (!message.IsError) return new PoisonReason.InvalidMessage("an abort came with a result instead of an error");
        if (port == GuestAbi.PanicPort) return new PoisonReason.Panicked(message.ErrorCode, message.ErrorMessage);
        return (GuestErrorCode)message.ErrorCode switch
        {
            GuestErrorCode.MallocFailed => new PoisonReason.HeapExhausted(message.ErrorMessage),
            GuestErrorCode.AllocatorFailure => new PoisonReason.HeapCorrupted(message.ErrorMessage),
            GuestErrorCode.StackCookieCheckFailed => new PoisonReason.StackCorrupted(message.ErrorMessage),
            _ => new PoisonReason.Aborted(message.ErrorCode, message.ErrorMessage),
        };
    }

    private PoisonReason ReasonFor(in VmExit exit) => exit.Kind switch
    {
        VmExitKind.PortViolation => new PoisonReason.PortViolation(exit.Port, exit.Address),
        VmExitKind.Fault when exit.Fault.Vector != CpuException.PageFault => new PoisonReason.Faulted(exit.Fault),
        VmExitKind.Fault when _memory.Layout.StackGuard.Contains(exit.Fault.Address) => new PoisonReason.StackOverflowed(exit.Fault),
        VmExitKind.Fault => new PoisonReason.MemoryViolation(exit.Fault, PermittedAt(exit.Fault.Address)),
        _ => new PoisonReason.UnexpectedExit(exit),
    };

    /// <summary>What the guest may do at an address of its memory or of a mapped region.</summary>
    private MemoryAccess PermittedAt(GuestAddress address) => vm.Regions.AccessAt(address) ?? _memory.AccessAt(address);
}
