using System.Diagnostics;
using SandboxActors.Machine;

namespace SandboxActors.Core.Exitless;

// What is done with a machine whose guest has stopped, and having it stop.
internal sealed partial class ExitlessMachine
{
    // A guest that is told to rest does so within a microsecond of running. This is for one that does not want to; it is not asked again.
    private static readonly TimeSpan RestTimeout = TimeSpan.FromMilliseconds(500);

    private bool _refusesRest;

    // It is not to go on from where it is: whoever looks at it wants to see it there.
    private bool _isStopped;

    // An exit that was found where none was wanted, and belongs to the next run.
    private VmExit? _held;

    // A run that was to end as interrupted was one that nobody sees: the next one is to end so.
    private bool _owesInterrupt;

    /// <summary>Stops the guest where it is, if it is inside. What it was about is lost, unless it is run again.</summary>
    /// <exception cref="MachineException">It could not be stopped, or the system refused to run it before.</exception>
    public void Stop()
    {
        _held = null;
        _isStopped = true;
        if (!_isInside) return;
        Look(0);
        if (!IsOutSoon()) _machine.Interrupt();
        VmExit exit = AwaitExit();
        if (IsReady(exit)) Rested();
        else if (exit.Kind == VmExitKind.Interrupted) _owesInterrupt = true;
    }

    /// <inheritdoc />
    /// <exception cref="MachineException">The system refused, or the guest is not at rest and does not come to it.</exception>
    public VcpuState ReadState()
    {
        BringToRest();
        return _machine.ReadState();
    }

    /// <inheritdoc />
    /// <remarks>Of a guest that has stopped: the user has seen its exit, or has stopped it.</remarks>
    public GeneralRegisters ReadGuestRegisters() => _machine.ReadGuestRegisters();

    /// <inheritdoc />
    public void WriteGuestRegisters(GeneralRegisters registers)
    {
        Stop();
        _machine.WriteGuestRegisters(registers);
    }

    /// <inheritdoc />
    public void WriteState(VcpuState state)
    {
        Stop();
        Look(0);
        _machine.WriteState(state);
        Rested();
    }

    /// <inheritdoc />
    public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites)
    {
        BringToRest();
        _machine.MapMemory(slot, range, memory, trackWrites);
    }

    /// <inheritdoc />
    public void UnmapMemory(int slot)
    {
        Stop();
        _machine.UnmapMemory(slot);
    }

    /// <inheritdoc />
    public void Protect(GuestRange range, MemoryAccess access)
    {
        BringToRest();
        _machine.Protect(range, access);
    }

    /// <inheritdoc />
    /// <remarks>Also while the guest runs, whose writes from now on may be told of or not.</remarks>
    public void ReadWrittenPages(int slot, Span<ulong> bitmap) => _machine.ReadWrittenPages(slot, bitmap);

    /// <inheritdoc />
    public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap) => _machine.ForgetWrittenPages(slot, bitmap);

    /// <inheritdoc />
    public void Dispose()
    {
        try
        {
            Stop();
        }
        catch (MachineException)
        {
            // Of a run that failed nothing is left to be told. Of a guest that could not be stopped the machine keeps what it needs until it leaves.
        }

        _runner.Close();
        _machine.Dispose();
    }

    /// <summary>
    /// Has the guest leave by its ready port, if it has not. An exit of another kind is kept for the next run, whose call it belongs to.
    /// </summary>
    /// <exception cref="MachineException">There is such an exit, or the guest does not leave.</exception>
    private void BringToRest()
    {
        if (_isAtRest || _isStopped) return;
        Volatile.Write(ref _isAwaited, true);
        try
        {
            Look(0);
            LeaveByReadyPort(Stopwatch.GetTimestamp());
        }
        finally
        {
            Volatile.Write(ref _isAwaited, false);
        }
    }

    private void LeaveByReadyPort(long since)
    {
        while (!_isAtRest)
        {
            if (_held is { } held) throw NotAtRest($"it has left by {held.Kind}, which its next call finds");
            if (_refusesRest) throw NotAtRest("it goes on when it is told to rest");
            if (!_isInside) Enter();
            TimeSpan left = RestTimeout - Stopwatch.GetElapsedTime(since);
            _refusesRest = !IsOutSoon() && (left <= TimeSpan.Zero || !_runner.WaitForExit(left));
            if (_refusesRest) _machine.Interrupt();
            VmExit exit = AwaitExit();
            if (IsReady(exit)) Rested();
            else if (exit.Kind == VmExitKind.Interrupted) _owesInterrupt = true;
            else _held = exit;
        }
    }

    private void Rested()
    {
        _isAtRest = true;
        _refusesRest = false;
    }

    private bool TakeHeld(out VmExit held)
    {
        held = _owesInterrupt ? VmExit.Interrupted : _held.GetValueOrDefault();
        if (_owesInterrupt) _owesInterrupt = false;
        else if (_held is null) return false;
        else _held = null;
        return true;
    }

    private static MachineException NotAtRest(string problem) => new("bring the guest to rest", 0, $"The guest is not at rest: {problem}.");

    /// <summary>
    /// At each tick: a guest that nobody waits for, and that has been inside since the tick before, has looked for its next call for longer than it
    /// may, and is stopped. It goes on when there is one.
    /// </summary>
    private void EndOverstay()
    {
        uint number = Volatile.Read(ref _number);
        bool isIdle = _runner.IsRunning && !Volatile.Read(ref _isAwaited);
        bool hasOverstayed = isIdle && number == _numberAtTick;
        _numberAtTick = isIdle ? number : 0;
        if (!hasOverstayed) return;
        try
        {
            _machine.Interrupt();
        }
        catch (MachineException)
        {
            // The system refused to signal the guest's thread. On a timer's thread nobody could catch this, and the next tick tries again.
        }
    }
}
