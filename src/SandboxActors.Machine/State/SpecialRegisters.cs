namespace SandboxActors.Machine;

/// <summary>
/// Segments, descriptor tables and control registers. Most of it is the machine's own business; a caller takes it from a state and gives it back.
/// </summary>
public sealed record SpecialRegisters
{
    /// <summary>CS. Its privilege level is the one the processor runs at.</summary>
    public SegmentRegister Cs { get; init; }

    /// <summary>DS.</summary>
    public SegmentRegister Ds { get; init; }

    /// <summary>ES.</summary>
    public SegmentRegister Es { get; init; }

    /// <summary>FS; guests use its base for thread-local storage.</summary>
    public SegmentRegister Fs { get; init; }

    /// <summary>GS.</summary>
    public SegmentRegister Gs { get; init; }

    /// <summary>SS.</summary>
    public SegmentRegister Ss { get; init; }

    /// <summary>TR, the task register.</summary>
    public SegmentRegister TaskRegister { get; init; }

    /// <summary>LDTR.</summary>
    public SegmentRegister LocalDescriptorTable { get; init; }

    /// <summary>GDTR.</summary>
    public DescriptorTable GlobalDescriptorTable { get; init; }

    /// <summary>IDTR.</summary>
    public DescriptorTable InterruptDescriptorTable { get; init; }

    /// <summary>CR0.</summary>
    public ulong Cr0 { get; init; }

    /// <summary>CR2, the address of the latest page fault.</summary>
    public ulong Cr2 { get; init; }

    /// <summary>CR3, the root of the page tables.</summary>
    public ulong Cr3 { get; init; }

    /// <summary>CR4.</summary>
    public ulong Cr4 { get; init; }

    /// <summary>CR8, the task priority.</summary>
    public ulong Cr8 { get; init; }

    /// <summary>The EFER register.</summary>
    public ulong Efer { get; init; }

    /// <summary>The APIC base register.</summary>
    public ulong ApicBase { get; init; }
}
