using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// Where the machine's own memory lies, from <see cref="GuestAddressSpace.End"/> upwards. One block holds it all; only the pages that the processor
/// reads by linear address are mapped in the page tables, for CPL0 alone, and the two of the <see cref="ResumeTrampoline"/>. The page tables themselves are
/// mapped nowhere.
/// </summary>
internal static class SystemLayout
{
    private const ulong Page = GuestAddress.PageSize;

    /// <summary>The first address of the block.</summary>
    public static readonly GuestAddress Start = GuestAddressSpace.End;

    /// <summary>GDT and TSS; read-only.</summary>
    public const ulong DescriptorsOffset = 0;

    /// <summary>The TSS, in the page of the GDT.</summary>
    public const ulong TaskStateOffset = DescriptorsOffset + 0x100;

    /// <summary>The IDT; read-only.</summary>
    public const ulong InterruptTableOffset = 1 * Page;

    /// <summary>The exception stub; read and execute.</summary>
    public const ulong StubOffset = 2 * Page;

    /// <summary>The exception stub's stack; read and write. The pages on both sides of it are not mapped.</summary>
    public const ulong StackOffset = 4 * Page;

    /// <summary>The code by which a restored guest goes on; read and execute, for CPL3.</summary>
    public const ulong ResumeCodeOffset = 6 * Page;

    /// <summary>What that code loads; read-only, for CPL3.</summary>
    public const ulong ResumeDataOffset = 7 * Page;

    /// <summary>The first page table.</summary>
    public const ulong PageTablesOffset = 8 * Page;

    /// <summary>Page tables in the block: enough for a guest of some 30 MiB. More come in further blocks.</summary>
    public const int PageTableCount = 26;

    /// <summary>The block's size in bytes.</summary>
    public const ulong Length = PageTablesOffset + (PageTableCount * Page);

    public static readonly GuestAddress GlobalDescriptorTable = Start + DescriptorsOffset;
    public static readonly GuestAddress TaskState = Start + TaskStateOffset;
    public static readonly GuestAddress InterruptTable = Start + InterruptTableOffset;
    public static readonly GuestAddress Stub = Start + StubOffset;

    /// <summary>
    /// Where LSTAR and CSTAR point: a page that is not mapped. EFER.SCE is clear, so <c>syscall</c> is #UD; but a software KVM was seen to go to
    /// LSTAR all the same, still at CPL3. There it faults, and the fault is told as what it is.
    /// </summary>
    public static readonly GuestAddress SystemCallTrap = Start + (3 * Page);

    public static readonly GuestAddress Stack = Start + StackOffset;
    public static readonly GuestAddress ResumeCode = Start + ResumeCodeOffset;
    public static readonly GuestAddress ResumeData = Start + ResumeDataOffset;
    public static readonly GuestAddress PageTables = Start + PageTablesOffset;

    /// <summary>Further blocks of page tables lie from here on.</summary>
    public static readonly GuestAddress End = Start + Length;
}
