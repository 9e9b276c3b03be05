using System.Diagnostics.CodeAnalysis;

namespace SandboxActors.Machine;

/// <summary>The processor's exceptions by vector (Intel SDM volume 3, table 6-1).</summary>
[SuppressMessage("Naming", "CA1711", Justification = "Exception is the processor manuals' own word for these.")]
public enum CpuException
{
    /// <summary>#DE, division by zero or overflow.</summary>
    DivideError = 0,

    /// <summary>#DB, single step or breakpoint.</summary>
    Debug = 1,

    /// <summary>Non-maskable interrupt.</summary>
    NonMaskableInterrupt = 2,

    /// <summary>#BP, <c>int3</c>.</summary>
    Breakpoint = 3,

    /// <summary>#OF.</summary>
    Overflow = 4,

    /// <summary>#BR.</summary>
    BoundRangeExceeded = 5,

    /// <summary>#UD, undefined instruction.</summary>
    InvalidOpcode = 6,

    /// <summary>#NM.</summary>
    DeviceNotAvailable = 7,

    /// <summary>#DF.</summary>
    DoubleFault = 8,

    /// <summary>Coprocessor segment overrun.</summary>
    CoprocessorSegmentOverrun = 9,

    /// <summary>#TS.</summary>
    InvalidTaskStateSegment = 10,

    /// <summary>#NP.</summary>
    SegmentNotPresent = 11,

    /// <summary>#SS.</summary>
    StackSegmentFault = 12,

    /// <summary>#GP.</summary>
    GeneralProtection = 13,

    /// <summary>#PF.</summary>
    PageFault = 14,

    /// <summary>#MF.</summary>
    FloatingPointError = 16,

    /// <summary>#AC.</summary>
    AlignmentCheck = 17,

    /// <summary>#MC.</summary>
    MachineCheck = 18,

    /// <summary>#XM.</summary>
    SimdFloatingPointError = 19,

    /// <summary>#VE.</summary>
    VirtualizationException = 20,

    /// <summary>#CP.</summary>
    ControlProtection = 21,
}
