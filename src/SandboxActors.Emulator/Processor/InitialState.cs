using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>What a processor starts with: 64-bit mode at CPL3, flat segments; the same selectors as on KVM.</summary>
internal static class InitialState
{
    public const ushort UserCode = 0x33;
    public const ushort UserData = 0x2B;

    // PE, MP, ET, NE, WP, PG.
    private const ulong Cr0 = 0x1 | 0x2 | 0x10 | 0x20 | 0x1_0000 | 0x8000_0000;

    // PAE, OSFXSR, OSXMMEXCPT, UMIP.
    private const ulong Cr4 = (1 << 5) | (1 << 9) | (1 << 10) | (1 << 11);

    // LME, LMA, NXE.
    private const ulong Efer = 0x100 | 0x400 | 0x800;
    private const ushort InterruptTableLimit = 0xFFF;

    /// <summary>The debug registers at rest.</summary>
    public static DebugRegisters Debug => new() { Dr6 = 0xFFFF_0FF0, Dr7 = 0x400 };

    /// <summary>
    /// The model-specific registers kept: those that a KVM keeps for a guest. No instruction that a guest may execute looks at them.
    /// </summary>
    public static IReadOnlyList<ModelSpecificRegister> ModelSpecific { get; } =
    [
        .. new uint[] { 0x174, 0x175, 0x176, 0x277, 0xC000_0081, 0xC000_0082, 0xC000_0083, 0xC000_0084, 0xC000_0102, 0xC000_0103 }
            .Select(index => new ModelSpecificRegister(index, 0)),
    ];

    /// <summary>A data segment as it is after a load of the user's data selector.</summary>
    public static SegmentRegister DataSegment { get; } = new()
    {
        Limit = uint.MaxValue,
        Selector = UserData,
        Type = 0b0011,
        PrivilegeLevel = 3,
        Present = true,
        DefaultSize32 = true,
        CodeOrData = true,
        Granularity = true,
    };

    /// <summary>Segments and control registers. The tables have no address: they are not in guest memory, and no guest can ask where.</summary>
    public static SpecialRegisters CreateSpecial() => new()
    {
        Cs = DataSegment with { Selector = UserCode, Type = 0b1011, DefaultSize32 = false, LongMode = true },
        Ds = DataSegment,
        Es = DataSegment,
        Fs = DataSegment,
        Gs = DataSegment,
        Ss = DataSegment,
        TaskRegister = new SegmentRegister { Type = 0b1011, Present = true },
        LocalDescriptorTable = new SegmentRegister { Type = 0b0010, Unusable = true },
        InterruptDescriptorTable = new DescriptorTable(0, InterruptTableLimit),
        Cr0 = Cr0,
        Cr4 = Cr4,
        Efer = Efer,
    };
}
