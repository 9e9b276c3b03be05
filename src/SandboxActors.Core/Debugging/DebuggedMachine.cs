using SandboxActors.Core.Abi;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>
/// A machine whose guest a debugger can stop, look at and have go on. To whoever runs it, it is a machine like any other: where the guest is stopped, its run
/// has been interrupted, and <see cref="Hold"/> says that it is not to be run before it is over.
/// </summary>
/// <remarks>
/// Used, as every machine, by one at a time: the caller inside the sandbox's gate, or the debugger, which enters it only while the guest is stopped. What the
/// debugger wants of a guest that runs it leaves in a word and interrupts the machine. Everything is done with what every machine has: breakpoint
/// instructions, the trap flag, and a look at memory after each step. The guest's exceptions arrive here first; while no debugger is there, nothing is done
/// with them.
/// </remarks>
internal sealed partial class DebuggedMachine(IVirtualMachine machine) : IVirtualMachine
{
    private readonly VcpuState _atRest = machine.ReadState();
    private GuestView? _view;

    // What the debugger wants, from any thread.
    private volatile bool _isAttached;
    private volatile bool _isToLeave;
    private volatile int _wanted;

    private volatile GuestHold? _hold;

    // How the guest goes on, and whether it stands where it was stopped, so that a breakpoint there is behind it.
    private Resumption _resumption = Resumption.Free;
    private ulong? _resumedAt;
    private SpecialRegisters? _special;

    // An exit that would end the guest, and where it stood then; and whether it is to end it now.
    private VmExit? _ending;
    private ulong _endedAt;
    private bool _isToEnd;

    // An interruption was passed over for an exit that came with it.
    private bool _owesInterrupt;

    /// <summary>Told, on the thread that runs the guest or stops it, that it is stopped.</summary>
    public Action? Stopped { get; set; }

    /// <summary>Where the guest is to stop. The debugger's, while the guest is stopped.</summary>
    public Breakpoints Breakpoints { get; } = new();

    /// <summary>What memory is watched. The debugger's, while the guest is stopped.</summary>
    public Watchpoints Watchpoints { get; } = new();

    /// <summary>The guest's memory.</summary>
    public GuestView View => _view ?? throw new InvalidOperationException("The machine has no guest yet.");

    /// <summary>Whether a debugger is there. From any thread.</summary>
    public bool IsAttached => _isAttached;

    /// <summary>What stops the guest now; null if nothing does. From any thread.</summary>
    public GuestHold? Hold => _isToLeave ? null : _hold;

    private bool NeedsSteps => _resumption.IsStep || Breakpoints.AreFoundBySteps || !Watchpoints.IsEmpty;

    /// <summary>Says what the guest's memory is, before it runs.</summary>
    public void Show(GuestView view) => _view = view;

    /// <inheritdoc />
    public VmExit Run()
    {
        if (_isToLeave) Leave();
        if (_hold is not null || TakeOwedInterrupt()) return VmExit.Interrupted;
        if (TakeEnding(out VmExit ending)) return ending;
        if (!_isAttached) return RunUnattended();
        if (_reasonBehindOutput is { } reason) return Stop(reason);
        if (_wanted != 0) return Stop(new StopReason((DebugSignal)_wanted));
        while (NeedsSteps || IsAtBreakpointBehindIt())
            if (TryStep(out VmExit exit)) return exit;
        _resumedAt = null;
        return RunToBreakpoint();
    }

    // A debugger may come in the middle.
    private VmExit RunUnattended()
    {
        VmExit exit = RunToExit();
        return _isAttached && EndsGuest(exit) ? HoldBack(exit) : exit;
    }

    private bool IsAtBreakpointBehindIt() => _resumedAt is { } address && Breakpoints.KindsAt(address) != BreakpointKinds.None;

    private VmExit RunToBreakpoint()
    {
        VmExit exit;
        Breakpoints.Insert(View);
        try
        {
            exit = RunToExit();
        }
        finally
        {
            Breakpoints.Lift(View);
        }

        if (IsBreakpoint(exit) && Breakpoints.IsBehindOne(exit.Fault.InstructionPointer))
        {
            ulong address = exit.Fault.InstructionPointer.Value - 1;
            machine.WriteGuestRegisters(machine.ReadGuestRegisters() with { Rip = address });
            return Stop(StopReason.At(Breakpoints.KindsAt(address)));
        }

        return EndsGuest(exit) ? HoldBack(exit) : exit;
    }

    // On its way out of an exception a guest may be interrupted in the machine's own code, where it is not to be looked at. One instruction further it has left.
    private VmExit RunToExit()
    {
        VmExit exit = machine.Run();
        while (exit.Kind == VmExitKind.Interrupted && machine.ReadGuestRegisters().Rip >= GuestAddressSpace.End.Value)
        {
            _owesInterrupt = true;
            exit = machine.Run();
        }

        return exit;
    }

    private VmExit Stop(StopReason reason)
    {
        _wanted = 0;
        _reasonBehindOutput = null;
        if (_isToLeave) return VmExit.Interrupted;
        _hold = new GuestHold(reason);
        Stopped?.Invoke();
        return VmExit.Interrupted;
    }

    private VmExit HoldBack(in VmExit exit)
    {
        _ending = exit;
        _endedAt = ReadGuestRegisters().Rip;
        return Stop(StopReason.For(exit));
    }

    private bool TakeEnding(out VmExit ending)
    {
        ending = _ending.GetValueOrDefault();
        if (!_isToEnd) return false;
        (_ending, _isToEnd) = (null, false);
        return true;
    }

    private bool TakeOwedInterrupt()
    {
        bool owed = _owesInterrupt;
        _owesInterrupt = false;
        return owed;
    }

    private static bool IsBreakpoint(in VmExit exit) => exit.Kind == VmExitKind.Fault && exit.Fault.Vector == CpuException.Breakpoint;

    private static bool IsTrap(in VmExit exit) => exit.Kind == VmExitKind.Fault && exit.Fault.Vector is CpuException.Breakpoint or CpuException.Debug;

    private static bool IsGivingUp(in VmExit exit) => exit.Kind == VmExitKind.Output && exit.Port is GuestAbi.AbortPort or GuestAbi.PanicPort;

    private static bool EndsGuest(in VmExit exit) => exit.Kind is VmExitKind.Fault or VmExitKind.PortViolation || IsGivingUp(exit);
}
