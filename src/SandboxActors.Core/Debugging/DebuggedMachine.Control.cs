using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

// What the debugger does with the guest.
internal sealed partial class DebuggedMachine
{
    /// <summary>A debugger is there, and wants the guest to stop. From any thread; whoever says so interrupts the machine.</summary>
    public void Attach(DebugSignal signal)
    {
        _isAttached = true;
        WantStop(signal);
    }

    /// <summary>The guest is to stop where it is. From any thread; whoever says so interrupts the machine.</summary>
    public void WantStop(DebugSignal signal) => _wanted = (int)signal;

    /// <summary>
    /// The debugger goes, and the guest goes on as if it had never been there. From any thread; whoever says so interrupts the machine.
    /// </summary>
    public void WantLeave()
    {
        _wanted = 0;
        _isAttached = false;
        _isToLeave = true;
        _hold?.End();
    }

    /// <summary>Stops a guest that does not run, if that is wanted: with the gate held.</summary>
    /// <exception cref="MachineException">It does not come to rest.</exception>
    public void StopAtRest()
    {
        if (_isToLeave) Leave();
        if (_wanted == 0 || _hold is not null || _ending is not null) return;
        _ = machine.ReadState(); // carries out the output that it has left by
        Stop(_reasonBehindOutput ?? new StopReason((DebugSignal)_wanted));
    }

    /// <summary>Has the guest go on that is stopped: with the gate held.</summary>
    /// <exception cref="MachineException">The system refused; it is stopped still.</exception>
    public void Resume(Resumption resumption)
    {
        VcpuState state = ReadState();
        (_resumedAt, _special, _resumption) = (state.General.Rip, state.Special, resumption);
        if (_ending is { } ending)
        {
            // A trap is nothing that a debugger passes on as a signal, and giving up is done with: they end the guest, unless it was set to go on elsewhere.
            bool isSettled = (IsTrap(ending) || IsGivingUp(ending)) && state.General.Rip == _endedAt;
            _isToEnd = isSettled || resumption.Signal != 0;
            if (!_isToEnd)
            {
                machine.WriteGuestRegisters(state.General);
                (_ending, _failed) = (null, null);
            }
        }

        _wanted = 0;
        EndHold();
    }

    /// <summary>Sets what the vCPU holds of a guest that is stopped: with the gate held.</summary>
    /// <exception cref="MachineException">The system refused.</exception>
    public void WriteByDebugger(VcpuState state)
    {
        machine.WriteState(state);
        _failed = null;
    }

    /// <summary>The guest's call has ended, though it may be stopped: with the gate held.</summary>
    public void EndCall()
    {
        (_ending, _isToEnd, _reasonBehindOutput, _resumption) = (null, false, null, Resumption.Free);
        EndHold();
    }

    /// <summary>For whoever is about to run the guest, with the gate held: what it must wait for.</summary>
    public Task? WaitingFor()
    {
        if (_isToLeave) Leave();
        return _hold?.Ended;
    }

    private void Leave()
    {
        _isToLeave = false;
        Breakpoints.Clear();
        Watchpoints.Clear();
        (_resumption, _resumedAt, _reasonBehindOutput) = (Resumption.Free, null, null);
        _isToEnd = _ending is not null;
        EndHold();
    }

    private void EndHold()
    {
        if (_hold is not { } hold) return;
        _hold = null;
        hold.End();
    }
}
