using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>
/// An instruction cannot complete. Thrown before it has changed anything, so that registers are as before it; never leaves
/// <see cref="EmulatedMachine"/>.
/// </summary>
internal sealed class ProcessorTrapException : Exception
{
    private ProcessorTrapException(CpuException vector, uint errorCode, ulong address, bool isNotCanonical, VmExit? exit)
    {
        Vector = vector;
        ErrorCode = errorCode;
        Address = address;
        IsNotCanonical = isNotCanonical;
        Exit = exit;
    }

    public CpuException Vector { get; }

    public uint ErrorCode { get; }

    /// <summary>For a page fault, CR2.</summary>
    public ulong Address { get; }

    /// <summary>Whether an address was not canonical, which is #SS rather than #GP for the stack.</summary>
    public bool IsNotCanonical { get; }

    /// <summary>The exit, if it is no exception of the processor's.</summary>
    public VmExit? Exit { get; }

    public static ProcessorTrapException Fault(CpuException vector, uint errorCode = 0) => new(vector, errorCode, 0, isNotCanonical: false, exit: null);

    public static ProcessorTrapException PageFault(ulong address, uint errorCode) =>
        new(CpuException.PageFault, errorCode, address, isNotCanonical: false, exit: null);

    public static ProcessorTrapException NotCanonical() => new(CpuException.GeneralProtection, 0, 0, isNotCanonical: true, exit: null);

    public static ProcessorTrapException Ended(VmExit exit) => new(default, 0, 0, isNotCanonical: false, exit);

    /// <summary>#GP with error code 0.</summary>
    public static ProcessorTrapException Protection() => Fault(CpuException.GeneralProtection);

    /// <summary>#UD.</summary>
    public static ProcessorTrapException Undefined() => Fault(CpuException.InvalidOpcode);
}
