using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// Where the machine's own memory lies, from <see cref="GuestAddressSpace.End"/> upwards: first what all machines share, then what each has for itself.
/// Only the pages that the processor reads by linear address are mapped in the page tables, for CPL0 alone, and the two of the
/// <see cref="ResumeTrampoline"/>. The page tables themselves are mapped nowhere.
/// </summary>
internal static class SystemLayout
{
    private const ulong Page = GuestAddress.PageSize;

    /// <summary>The first address of the shared part: the <see cref="SystemImage"/>.</summary>
    public static readonly GuestAddress Start = GuestAddressSpace.End;

    /// <summary>GDT and TSS; read-only.</summary>
    public const ulong DescriptorsOffset = 0;

    /// <summary>The TSS, in the page of the GDT.</summary>
    public const ulong TaskStateOffset = DescriptorsOffset + 0x100;

    /// <summary>The IDT; read-only.</summary>
    public const ulong InterruptTableOffset = 1 * Page;

    /// <summary>The exception stub; read and execute.</summary>
    public const ulong StubOffset = 2 * Page;

    /// <summary>The code of the <see cref="ShadowReserve"/>, in the page of the stub.</summary>
    public const ulong ShadowReserveCodeOffset = StubOffset + 0x800;

    /// <summary>The code by which a restored guest goes on; read and execute, for CPL3.</summary>
    public const ulong ResumeCodeOffset = 3 * Page;

    /// <summary>The shared part's size in bytes.</summary>
    public const ulong SharedLength = 4 * Page;

    /// <summary>The exception stub's stack, in the private part; read and write. The pages on both sides of it are not mapped.</summary>
    public const ulong StackOffset = 0;

    /// <summary>The table of the <see cref="ShadowReserve"/>, in the private part; not mapped.</summary>
    public const ulong ShadowReserveTableOffset = 1 * Page;

    /// <summary>What the resume trampoline loads, in the private part; read-only, for CPL3.</summary>
    public const ulong ResumeDataOffset = 2 * Page;

    /// <summary>The first page table, in the private part.</summary>
    public const ulong PageTablesOffset = 3 * Page;

    /// <summary>Page tables in the private part: enough for a guest of some 30 MiB. More come in further blocks.</summary>
    public const int PageTableCount = 26;

    /// <summary>The private part's size in bytes.</summary>
    public const ulong PrivateLength = PageTablesOffset + (PageTableCount * Page);

    public static readonly GuestAddress GlobalDescriptorTable = Start + DescriptorsOffset;
    public static readonly GuestAddress TaskState = Start + TaskStateOffset;
    public static readonly GuestAddress InterruptTable = Start + InterruptTableOffset;
    public static readonly GuestAddress Stub = Start + StubOffset;
    public static readonly GuestAddress ShadowReserveCode = Start + ShadowReserveCodeOffset;
    public static readonly GuestAddress ResumeCode = Start + ResumeCodeOffset;

    /// <summary>
    /// Where LSTAR and CSTAR point: a page that is not mapped. EFER.SCE is clear, so <c>syscall</c> is #UD; but a software KVM was seen to go to
    /// LSTAR all the same, still at CPL3. There it faults, and the fault is told as what it is.
    /// </summary>
    public static readonly GuestAddress SystemCallTrap = Start + SharedLength;

    /// <summary>The first address of the private part.</summary>
    public static readonly GuestAddress PrivateStart = SystemCallTrap + Page;

    public static readonly GuestAddress Stack = PrivateStart + StackOffset;
    public static readonly GuestAddress ShadowReserveTable = PrivateStart + ShadowReserveTableOffset;
    public static readonly GuestAddress ResumeData = PrivateStart + ResumeDataOffset;
    public static readonly GuestAddress PageTables = PrivateStart + PageTablesOffset;

    /// <summary>The root is the first table that is taken, so it lies at the same place in every machine.</summary>
    public static readonly GuestAddress PageTableRoot = PageTables;

    /// <summary>Further blocks of page tables lie from here on.</summary>
    public static readonly GuestAddress End = PrivateStart + PrivateLength;
}
