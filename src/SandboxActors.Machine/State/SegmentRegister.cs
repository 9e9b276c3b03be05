namespace SandboxActors.Machine;

/// <summary>A segment register with the part that the processor keeps hidden (Intel SDM volume 3, section 3.4.5).</summary>
public readonly record struct SegmentRegister
{
    /// <summary>The first linear address.</summary>
    public ulong Base { get; init; }

    /// <summary>The highest offset, in bytes.</summary>
    public uint Limit { get; init; }

    /// <summary>The selector.</summary>
    public ushort Selector { get; init; }

    /// <summary>The descriptor's 4-bit type.</summary>
    public byte Type { get; init; }

    /// <summary>The descriptor's privilege level, 0 to 3.</summary>
    public byte PrivilegeLevel { get; init; }

    /// <summary>P: the segment is present.</summary>
    public bool Present { get; init; }

    /// <summary>D/B: 32-bit default operand size.</summary>
    public bool DefaultSize32 { get; init; }

    /// <summary>S: a code or data segment, not one of the system's.</summary>
    public bool CodeOrData { get; init; }

    /// <summary>L: 64-bit code.</summary>
    public bool LongMode { get; init; }

    /// <summary>G: the descriptor's limit counts pages.</summary>
    public bool Granularity { get; init; }

    /// <summary>AVL: the bit left to software.</summary>
    public bool Available { get; init; }

    /// <summary>Whether the register was loaded with a null selector.</summary>
    public bool Unusable { get; init; }
}
