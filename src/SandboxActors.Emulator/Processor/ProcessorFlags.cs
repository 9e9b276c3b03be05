namespace SandboxActors.Emulator;

/// <summary>The bits of RFLAGS (Intel SDM volume 1, section 3.4.3).</summary>
internal static class ProcessorFlags
{
    public const ulong Carry = 1;
    public const ulong Reserved = 2;
    public const ulong Parity = 4;
    public const ulong Adjust = 0x10;
    public const ulong Zero = 0x40;
    public const ulong Sign = 0x80;
    public const ulong Trap = 0x100;
    public const ulong Interrupt = 0x200;
    public const ulong Direction = 0x400;
    public const ulong Overflow = 0x800;
    public const int OverflowBit = 11;
    public const ulong NestedTask = 0x4000;
    public const ulong Resume = 0x1_0000;
    public const ulong AlignmentCheck = 0x4_0000;
    public const ulong Identification = 0x20_0000;

    /// <summary>The six that arithmetic sets.</summary>
    public const ulong Arithmetic = Carry | Parity | Adjust | Zero | Sign | Overflow;

    /// <summary>Those that POPF changes at CPL3 with IOPL 0.</summary>
    public const ulong Writable = Arithmetic | Trap | Direction | NestedTask | AlignmentCheck | Identification;
}
