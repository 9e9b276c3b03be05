using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>Why a guest has stopped in the debugger.</summary>
/// <param name="Signal">The signal that a process would have got.</param>
/// <param name="Cause">What it has come upon.</param>
/// <param name="Address">The watched memory, if it is that.</param>
internal readonly record struct StopReason(DebugSignal Signal, StopCause Cause = StopCause.Signal, ulong Address = 0)
{
    /// <summary>A step has ended.</summary>
    public static StopReason Stepped { get; } = new(DebugSignal.Trap);

    /// <summary>A breakpoint.</summary>
    public static StopReason At(BreakpointKinds kinds) =>
        new(DebugSignal.Trap, kinds.HasFlag(BreakpointKinds.Software) ? StopCause.SoftwareBreakpoint : StopCause.HardwareBreakpoint);

    /// <summary>A watchpoint.</summary>
    public static StopReason At(Watchpoint watchpoint) => new(
        DebugSignal.Trap,
        watchpoint.Kind switch
        {
            WatchKind.Write => StopCause.Write,
            WatchKind.Read => StopCause.Read,
            _ => StopCause.Access,
        },
        watchpoint.Address);

    /// <summary>An exit that ends the guest, unless the debugger has another idea.</summary>
    public static StopReason For(in VmExit exit) => new(exit.Kind switch
    {
        VmExitKind.Output => DebugSignal.Abort,
        VmExitKind.PortViolation => DebugSignal.SystemCall,
        _ => exit.Fault.Vector switch
        {
            CpuException.Debug or CpuException.Breakpoint => DebugSignal.Trap,
            CpuException.InvalidOpcode => DebugSignal.Illegal,
            CpuException.DivideError or CpuException.FloatingPointError or CpuException.SimdFloatingPointError => DebugSignal.FloatingPoint,
            CpuException.AlignmentCheck => DebugSignal.Bus,
            _ => DebugSignal.SegmentationViolation,
        },
    });
}
