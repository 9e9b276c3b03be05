using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// What a KVM sets aside that shadows page tables (all software ones, and hardware without nested paging): at a VM's first entry the memory of forty shadow
/// pages, 320 KiB, of which a small guest uses four. No call gives the rest back. But a shadow page that was used and is dropped is freed, and more is set
/// aside only when there are fewer than five. So a machine can use most of them up before its guest runs, have KVM drop them, and be some 200 KiB smaller.
/// </summary>
/// <remarks>
/// It takes a few instructions at CPL3 on a page table of their own: one page, whose entries lead back to it, so that it is the table of every level. On ways
/// with other permissions it is another shadow page, so each of four ways costs three, and the root one. A write of two bytes is too small for an entry: KVM
/// then takes the page for a table no longer, and drops all its shadows. That is done twice; the second write goes on behind the page, where there is no
/// memory, which ends the run. Sources: Linux, arch/x86/kvm/mmu/mmu.c (mmu_topup_memory_caches, kvm_mmu_track_write) and Documentation/virt/kvm/x86/mmu.rst.
///
/// No guest comes near it: the page is mapped in no guest's tables, the code for CPL0 alone, and a guest has no way to load CR3. Nothing but this uses the page,
/// so shadows of it that a KVM would not drop could do no harm.
/// </remarks>
internal static class ShadowReserve
{
    /// <summary>Shadow pages that are used up and dropped.</summary>
    public const int Dropped = 2 * (1 + (Levels * Ways));

    /// <summary>
    /// How many machines a process has before further ones are made smaller. Making one takes a fifth longer then, where there are a thousand, and less where there
    /// are more; what it saves only matters where there are many: so many take some 200 MiB more than they need.
    /// </summary>
    public const int WorthwhileFrom = 1024;

    private const int Levels = 3; // below the root
    private const int Ways = 4;

    // Entries of the table: the ways through it, which differ in what they allow, the place behind it, and the code.
    private const int ReadExecute = 1;
    private const int Read = 2;
    private const int All = 3;
    private const int ReadWrite = 4;
    private const int Behind = ReadWrite + 1;
    private const int Code = 6;

    // mov al, [rbx]; mov al, [rcx]; mov al, [rdx]: a way each, the code's own being the fourth. RBP is zero, as are the last bytes of the table.
    private static ReadOnlySpan<byte> UseUp => [0x8A, 0x03, 0x8A, 0x01, 0x8A, 0x02];
    private static ReadOnlySpan<byte> Drop => [0x66, 0x89, 0x2F]; // mov [rdi], bp
    private static ReadOnlySpan<byte> DropAndExit => [0x48, 0x89, 0x2F]; // mov [rdi], rbp

    /// <summary>The code's size in bytes.</summary>
    public static int CodeLength => (2 * UseUp.Length) + Drop.Length + DropAndExit.Length;

    /// <summary>The linear addresses that the code uses.</summary>
    internal static IEnumerable<ulong> Addresses =>
        [Linear(Read, Read), Linear(ReadExecute, Read), Linear(ReadWrite, Read), Linear(All, ReadWrite), Linear(All, Behind), Linear(All, Code)];

    /// <summary>Writes the code.</summary>
    /// <param name="code">Where it lies: at <see cref="SystemLayout.ShadowReserveCode"/>.</param>
    public static void WriteCode(Span<byte> code)
    {
        ReadOnlySpan<byte> all = [.. UseUp, .. Drop, .. UseUp, .. DropAndExit];
        all.CopyTo(code);
    }

    /// <summary>Uses up and drops what was set aside. The vCPU's registers are others afterwards.</summary>
    /// <param name="vcpu">A vCPU that has not run.</param>
    /// <param name="tables">Its machine's.</param>
    /// <param name="initial">What a machine starts with.</param>
    /// <exception cref="MachineException">The kernel refused, or the run ended in another way than it should.</exception>
    public static void Trim(KvmVcpu vcpu, MachineTables tables, VcpuState initial)
    {
        WriteTable(MemoryMarshal.Cast<byte, ulong>(tables.ShadowReserveTable));
        var registers = new kvm_sync_regs
        {
            regs = RegisterConversion.ToNative(initial.General with
            {
                Rbx = Linear(Read, Read),
                Rcx = Linear(ReadExecute, Read),
                Rdx = Linear(ReadWrite, Read),
                Rdi = Linear(All, ReadWrite) + GuestAddress.PageSize - sizeof(ushort),
                Rip = Linear(All, Code) + (SystemLayout.ShadowReserveCode.Value % GuestAddress.PageSize),
            }),
            sregs = RegisterConversion.ToNative(initial.Special with { Cr3 = SystemLayout.ShadowReserveTable.Value }),
        };
        vcpu.SetRegisters(ref registers);
        Run(vcpu);
        vcpu.Settle(out _);
    }

    private static void Run(KvmVcpu vcpu)
    {
        while (true)
        {
            int errno = vcpu.Enter(out RawExit exit, out _);
            // A signal of somebody's: the runtime's own, for a garbage collection.
            if (errno == Errno.EINTR) continue;
            if (errno != 0) throw MachineException.FromErrno("KVM_RUN of a new machine", errno);
            if (exit.Reason == KvmConstants.KVM_EXIT_MMIO && exit.Detail == SystemLayout.SystemCallTrap.Value) return;
            throw new MachineException("KVM_RUN of a new machine", 0, $"It ended in exit {exit.Reason} (0x{exit.Detail:x}), not where its code does.");
        }
    }

    private static void WriteTable(Span<ulong> entries)
    {
        GuestAddress table = SystemLayout.ShadowReserveTable;
        entries[ReadExecute] = Entry(table, MemoryAccess.Read | MemoryAccess.Execute);
        entries[Read] = Entry(table, MemoryAccess.Read);
        entries[All] = PageTableEntry.ForTable(table);
        entries[ReadWrite] = Entry(table, MemoryAccess.Read | MemoryAccess.Write);
        entries[Behind] = Entry(SystemLayout.SystemCallTrap, MemoryAccess.Read | MemoryAccess.Write);
        entries[Code] = Entry(SystemLayout.Stub, MemoryAccess.Read | MemoryAccess.Execute);
    }

    private static ulong Entry(GuestAddress page, MemoryAccess access) => page.Value | PageTableEntry.FlagsFor(access, supervisor: false);

    // One entry at the three upper levels, another at the last: 9 bits each.
    private static ulong Linear(int way, int last) => (ulong)way << 39 | (ulong)way << 30 | (ulong)way << 21 | (ulong)last << 12;
}
