using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

// The guest's instructions one by one.
internal sealed partial class DebuggedMachine
{
    private readonly InstructionInfoFactory _instructions = new();

    // A step was an output, which the host serves before the guest is found to have made it.
    private StopReason? _reasonBehindOutput;

    // The registers of an exit are those of a step, with the flag that it was made by.
    private SingleStep? _failed;

    /// <returns>Whether there is an exit for whoever runs the guest; if not, it has made its step and goes on.</returns>
    private bool TryStep(out VmExit exit)
    {
        var step = new SingleStep(View, machine.ReadGuestRegisters(), _special ?? _atRest.Special, _instructions);
        Watchpoints.Remember(View);
        machine.WriteGuestRegisters(step.Entry);
        exit = RunToExit();
        bool isOutput = exit.Kind == VmExitKind.Output;
        if (isOutput) _ = machine.ReadState(); // carries it out
        bool isTrapped = exit.Kind == VmExitKind.Fault && exit.Fault.Vector == CpuException.Debug;
        bool isInterrupted = exit.Kind == VmExitKind.Interrupted;
        GeneralRegisters after = machine.ReadGuestRegisters();

        // One that was interrupted before its instruction makes it again; one that was interrupted behind it is not trapped any more.
        if (isInterrupted && after == step.Entry)
        {
            machine.WriteGuestRegisters(step.Before);
            return true;
        }

        _resumedAt = null;
        if (!isOutput && !isTrapped && !isInterrupted)
        {
            _failed = step;
            if (EndsGuest(exit)) exit = HoldBack(exit);
            return true;
        }

        after = step.End(after, View);
        machine.WriteGuestRegisters(after);
        if (step.IsTrapOfGuest && !isOutput)
        {
            exit = HoldBack(isTrapped ? exit : VmExit.Faulted(TrapBehind(after)));
            return true;
        }

        return isOutput ? EndStepByOutput(step, after, ref exit) : EndStep(step, after, ref exit);
    }

    private bool EndStep(SingleStep step, in GeneralRegisters after, ref VmExit exit)
    {
        if (ReasonToStop(step, after) is { } reason)
        {
            exit = Stop(reason);
            return true;
        }

        if (_wanted == 0 && !_isToLeave && exit.Kind != VmExitKind.Interrupted && !TakeOwedInterrupt()) return false;
        exit = VmExit.Interrupted;
        return true;
    }

    private bool EndStepByOutput(SingleStep step, in GeneralRegisters after, ref VmExit exit)
    {
        if (EndsGuest(exit)) exit = HoldBack(exit);
        else _reasonBehindOutput = ReasonToStop(step, after);
        return true;
    }

    private StopReason? ReasonToStop(SingleStep step, in GeneralRegisters after)
    {
        if (Watchpoints.FindTriggered(View, step) is { } watchpoint) return StopReason.At(watchpoint);
        BreakpointKinds kinds = after.Rip == step.Before.Rip ? BreakpointKinds.None : Breakpoints.KindsAt(after.Rip);
        if (kinds != BreakpointKinds.None) return StopReason.At(kinds);
        return _resumption.EndsAt(after.Rip) ? StopReason.Stepped : null;
    }

    private static GuestFault TrapBehind(in GeneralRegisters after) =>
        new(CpuException.Debug, ErrorCode: 0, default, new GuestAddress(after.Rip), new GuestAddress(after.Rsp));
}
