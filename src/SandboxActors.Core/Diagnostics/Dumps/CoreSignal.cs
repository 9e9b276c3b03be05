using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>What a core file says that a process died of: the Linux signal that comes nearest to a cause (signal(7), sigaction(2)).</summary>
/// <param name="Number">The signal's number; zero for a guest that is well.</param>
/// <param name="Code">The signal's code.</param>
/// <param name="Address">The address that goes with it.</param>
internal readonly record struct CoreSignal(int Number, int Code, ulong Address)
{
    private const int Illegal = 4;
    private const int Trap = 5;
    private const int Abort = 6;
    private const int Bus = 7;
    private const int FloatingPoint = 8;
    private const int Kill = 9;
    private const int SegmentationViolation = 11;
    private const int Alarm = 14;
    private const int ProcessorTime = 24;
    private const int SystemCall = 31;

    private const int NotMapped = 1;
    private const int NotPermitted = 2;
    private const int IllegalOperand = 2;
    private const int DividedInteger = 1;
    private const int FromKernel = 0x80;

    /// <summary>The signal for a cause; none for no cause.</summary>
    public static CoreSignal For(PoisonReason? reason) => reason switch
    {
        null => default,
        PoisonReason.MemoryViolation violation => Touched(violation.Fault),
        PoisonReason.StackOverflowed overflow => Touched(overflow.Fault),
        PoisonReason.Faulted exception => For(exception.Fault),
        PoisonReason.DeadlineExceeded => new CoreSignal(Alarm, 0, 0),
        PoisonReason.CpuBudgetExceeded => new CoreSignal(ProcessorTime, 0, 0),
        PoisonReason.Killed or PoisonReason.CallerCancelled or PoisonReason.HostFailed => new CoreSignal(Kill, 0, 0),
        PoisonReason.PortViolation or PoisonReason.InvalidMessage => new CoreSignal(SystemCall, 0, 0),
        PoisonReason.UnexpectedExit exit => new CoreSignal(Bus, 0, exit.Exit.Address.Value),
        _ => new CoreSignal(Abort, 0, 0),
    };

    private static CoreSignal Touched(GuestFault fault) =>
        new(SegmentationViolation, fault.PageWasPresent ? NotPermitted : NotMapped, fault.Address.Value);

    private static CoreSignal For(GuestFault fault) => fault.Vector switch
    {
        CpuException.InvalidOpcode => new CoreSignal(Illegal, IllegalOperand, fault.InstructionPointer.Value),
        CpuException.DivideError => new CoreSignal(FloatingPoint, DividedInteger, fault.InstructionPointer.Value),
        CpuException.FloatingPointError or CpuException.SimdFloatingPointError => new CoreSignal(FloatingPoint, 0, fault.InstructionPointer.Value),
        CpuException.Breakpoint or CpuException.Debug => new CoreSignal(Trap, FromKernel, 0),
        CpuException.AlignmentCheck => new CoreSignal(Bus, FromKernel, 0),
        _ => new CoreSignal(SegmentationViolation, FromKernel, 0),
    };
}
