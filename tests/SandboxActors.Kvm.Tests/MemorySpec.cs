using System.Buffers.Binary;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

public sealed class MemorySpec
{
    private const int Slot = 5;
    private static readonly GuestAddress Elsewhere = new(0x1_2345_6000);

    // at 0: mov rax, [rdi]; out 0xE0, eax; at 5: mov [rdi], rax; out 0xE0, eax
    private static ReadOnlySpan<byte> ReadThenWrite => [0x48, 0x8B, 0x07, 0xE7, 0xE0, 0x48, 0x89, 0x07, 0xE7, 0xE0];

    [KvmFact]
    public void Host_and_guest_see_each_other_s_writes()
    {
        using var guest = new TestGuest(ReadThenWrite);
        BinaryPrimitives.WriteUInt32LittleEndian(guest.Data.Slice(0x2010, 4), 0xCAFE);
        guest.Set(general => general with { Rdi = TestGuest.DataStart.Value + 0x2010 });
        Assert.Equal(0xCAFEu, guest.RunToOutput());

        guest.Set(general => general with { Rax = 0xBEEF });
        guest.RunToOutput();

        Assert.Equal(0xBEEFu, BinaryPrimitives.ReadUInt32LittleEndian(guest.Data.Read(0x2010, 4)));
    }

    [KvmTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_pages_a_guest_wrote_are_reported_and_no_others_and_stay_reported(bool manualLog)
    {
        using KvmHypervisor hypervisor = KvmHypervisor.Open(features => features with { HasManualDirtyLog = features.HasManualDirtyLog && manualLog });
        using var guest = new TestGuest(ReadThenWrite, hypervisor: hypervisor);
        var written = new ulong[1];
        guest.Machine.ReadWrittenPages(TestGuest.DataSlot, written);
        Assert.Equal(0UL, written[0]);

        ulong expected = 0;
        foreach (int page in new[] { 3, 15, 3, 0, 7 })
        {
            ulong address = TestGuest.DataStart.Value + ((ulong)page * GuestAddress.PageSize);
            guest.Set(general => general with { Rip = TestGuest.CodeStart.Value, Rdi = TestGuest.DataStart.Value + 0xA000 });
            guest.RunToOutput();
            guest.Set(general => general with { Rdi = address });
            guest.RunToOutput();
            expected |= 1UL << page;
            written[0] = 0;
            guest.Machine.ReadWrittenPages(TestGuest.DataSlot, written);
            Assert.Equal(expected, written[0]);
        }

        // The host's own writes are not the guest's.
        guest.Data.Slice(9 * GuestAddress.PageSize, 8).Fill(1);
        guest.Machine.ReadWrittenPages(TestGuest.DataSlot, written);
        Assert.Equal(expected, written[0]);
    }

    [KvmTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_page_that_is_forgotten_is_reported_again_once_it_is_written_again(bool manualLog)
    {
        using KvmHypervisor hypervisor = KvmHypervisor.Open(features => features with { HasManualDirtyLog = features.HasManualDirtyLog && manualLog });
        using var guest = new TestGuest(ReadThenWrite, hypervisor: hypervisor);
        var written = new ulong[1];
        void WriteTo(int page)
        {
            guest.Set(general => general with
            {
                Rip = TestGuest.CodeStart.Value,
                Rdi = TestGuest.DataStart.Value + ((ulong)page * GuestAddress.PageSize),
            });
            guest.RunToOutput();
            guest.RunToOutput();
        }

        ulong Written()
        {
            guest.Machine.ReadWrittenPages(TestGuest.DataSlot, written);
            return written[0];
        }

        WriteTo(3);
        WriteTo(7);
        Assert.Equal((1UL << 3) | (1UL << 7), Written());
        guest.Machine.ForgetWrittenPages(TestGuest.DataSlot, [(1UL << 3) | (1UL << 5)]);
        Assert.Equal(1UL << 7, Written());
        WriteTo(7);
        Assert.Equal(1UL << 7, Written());
        WriteTo(3);
        Assert.Equal((1UL << 3) | (1UL << 7), Written());

        // Nothing to forget is no error; a bitmap that is too short is one.
        guest.Machine.ForgetWrittenPages(TestGuest.DataSlot, [0UL]);
        Assert.Throws<ArgumentException>(() => guest.Machine.ForgetWrittenPages(TestGuest.DataSlot, []));
        Assert.Throws<ArgumentException>(() => guest.Machine.ForgetWrittenPages(TestGuest.CodeSlot, [1UL]));
    }

    [KvmFact]
    public void The_pages_written_replace_what_the_bitmap_held()
    {
        using var guest = new TestGuest([0x50, 0xE7, 0xE0]); // push rax; out 0xE0, eax
        guest.RunToOutput();
        ulong[] bitmap = [1UL << 40, 7];

        guest.Machine.ReadWrittenPages(TestGuest.DataSlot, bitmap);

        Assert.Equal([1UL << 15, 7], bitmap);
    }

    [KvmFact]
    public void A_slot_without_tracking_has_no_bitmap_and_is_read_only_whatever_the_page_tables_say()
    {
        using var guest = new TestGuest(ReadThenWrite);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(GuestAddress.PageSize);
        guest.Machine.MapMemory(Slot, new GuestRange(Elsewhere, memory.Length), memory, trackWrites: false);
        guest.Machine.Protect(new GuestRange(Elsewhere, memory.Length), MemoryAccess.Read | MemoryAccess.Write);
        guest.Set(general => general with { Rdi = Elsewhere.Value, Rax = 1 });
        VcpuState start = guest.Machine.ReadState();
        Assert.Throws<ArgumentException>(() => guest.Machine.ReadWrittenPages(Slot, new ulong[1]));
        guest.RunToOutput();
        guest.Set(general => general with { Rax = 1 });

        VmExit exit = guest.Machine.Run();

        Assert.Equal(VmExit.UnmappedMemory(Elsewhere), exit);
        Assert.Equal(0, memory.Read(0, 1)[0]);

        // The access is unfinished; it must not spoil the state that is written next.
        guest.Machine.WriteState(start);
        Assert.Equal(0u, guest.RunToOutput());
        guest.Machine.WriteState(start);
        Assert.Equal(start, guest.Machine.ReadState());
    }

    [KvmFact]
    public void Memory_without_protection_cannot_be_reached()
    {
        using var guest = new TestGuest(ReadThenWrite);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(2 * GuestAddress.PageSize);
        guest.Machine.MapMemory(Slot, new GuestRange(Elsewhere, memory.Length), memory, trackWrites: true);
        guest.Machine.Protect(new GuestRange(Elsewhere, GuestAddress.PageSize), MemoryAccess.Read);
        guest.Set(general => general with { Rdi = Elsewhere.Value + GuestAddress.PageSize });

        Assert.Equal(Elsewhere + GuestAddress.PageSize, guest.RunToFault(CpuException.PageFault).Address);
    }

    [KvmFact]
    public void Memory_that_was_unmapped_faults_and_other_memory_mapped_there_is_seen_at_once()
    {
        using var guest = new TestGuest(ReadThenWrite);
        using GuestMemoryBlock first = GuestMemoryArena.Shared.Allocate(4 * GuestAddress.PageSize);
        using GuestMemoryBlock second = GuestMemoryArena.Shared.Allocate(4 * GuestAddress.PageSize);
        var range = new GuestRange(Elsewhere, first.Length);
        VcpuState start = guest.Machine.ReadState();
        start = start with { General = start.General with { Rdi = Elsewhere.Value + 0x3008 } };
        for (uint round = 1; round <= 60; round++)
        {
            GuestMemoryBlock memory = round % 2 == 0 ? first : second;
            BinaryPrimitives.WriteUInt32LittleEndian(memory.Slice(0x3008, 4), round);
            bool writable = round % 3 == 0;
            guest.Machine.MapMemory(Slot, range, memory, trackWrites: writable);
            guest.Machine.Protect(range, writable ? MemoryAccess.Read | MemoryAccess.Write : MemoryAccess.Read);
            guest.Machine.WriteState(start);
            Assert.Equal(round, guest.RunToOutput());
            if (writable) guest.RunToOutput();
            else Assert.Equal(MemoryAccess.Write, guest.RunToFault(CpuException.PageFault).Access);

            guest.Machine.UnmapMemory(Slot);
            guest.Machine.WriteState(start);
            GuestFault fault = guest.RunToFault(CpuException.PageFault);
            Assert.Equal((new GuestAddress(start.General.Rdi), false), (fault.Address, fault.PageWasPresent));
        }
    }

    [KvmFact]
    public void Page_tables_grow_for_large_ranges_and_are_used_again_after_unmapping()
    {
        using var arena = new GuestMemoryArena(1UL << 30);
        using var guest = new TestGuest(ReadThenWrite, arena);
        using GuestMemoryBlock memory = arena.Allocate(128UL << 20);
        ulong[] inUse = new ulong[12];
        for (int round = 0; round < inUse.Length; round++)
        {
            // Another GiB every time, and across its end.
            var range = new GuestRange(new GuestAddress(((ulong)round + 5) * 0x4000_0000 - 0x10_0000), memory.Length);
            guest.Machine.MapMemory(Slot, range, memory, trackWrites: true);
            guest.Machine.Protect(range, MemoryAccess.Read | MemoryAccess.Write);
            guest.Set(general => general with { Rip = TestGuest.CodeStart.Value + 5, Rdi = range.End.Value - 8, Rax = (ulong)round + 1 });
            guest.RunToOutput();
            Assert.Equal(round + 1, memory.Read(memory.Length - 8, 1)[0]);
            guest.Machine.UnmapMemory(Slot);
            inUse[round] = arena.BytesInUse;
        }

        Assert.Single(inUse.Distinct());
    }

    [KvmFact]
    public void A_range_for_which_there_are_no_page_tables_to_be_had_is_refused_and_nothing_changes()
    {
        using var arena = new GuestMemoryArena(1UL << 20);
        using var guest = new TestGuest(ReadThenWrite, arena);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(1UL << 30);
        var range = new GuestRange(new GuestAddress(0x2_0000_0000), memory.Length);
        guest.Machine.MapMemory(Slot, range, memory, trackWrites: true);

        Assert.Throws<MachineException>(() => guest.Machine.Protect(range, MemoryAccess.Read));

        guest.Set(general => general with { Rdi = range.Start.Value });
        VcpuState start = guest.Machine.ReadState();
        guest.RunToFault(CpuException.PageFault);
        guest.Machine.Protect(new GuestRange(range.Start, GuestAddress.PageSize), MemoryAccess.Read);
        guest.Machine.WriteState(start);
        Assert.Equal(0u, guest.RunToOutput());
    }

    [KvmFact]
    public void A_file_that_was_truncated_is_lost_memory_to_the_guest_and_nothing_to_the_host()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[3 * GuestAddress.PageSize]);
            using var guest = new TestGuest(ReadThenWrite);
            using var file = MappedFile.Open(path);
            var range = new GuestRange(Elsewhere, file.Length);
            guest.Machine.MapMemory(Slot, range, file, trackWrites: false);
            guest.Machine.Protect(range, MemoryAccess.Read | MemoryAccess.Execute);
            VcpuState start = guest.Machine.ReadState();
            using (FileStream stream = File.OpenWrite(path)) stream.SetLength(GuestAddress.PageSize);
            guest.Machine.WriteState(start with { General = start.General with { Rdi = Elsewhere.Value + 0x2000 } });

            Assert.Equal(VmExit.LostMemory, guest.Machine.Run());

            Assert.False(file.TryRead(0x2000, new byte[8]));
            guest.Machine.WriteState(start with { General = start.General with { Rdi = Elsewhere.Value } });
            Assert.Equal(0u, guest.RunToOutput());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [KvmFact]
    public void Memory_that_is_disposed_while_a_machine_has_it_is_not_handed_out_before_the_machine_lets_go()
    {
        using var arena = new GuestMemoryArena(1UL << 20);
        using var guest = new TestGuest(ReadThenWrite);
        GuestMemoryBlock memory = arena.Allocate(GuestAddress.PageSize);
        guest.Machine.MapMemory(Slot, new GuestRange(Elsewhere, memory.Length), memory, trackWrites: true);
        guest.Machine.Protect(new GuestRange(Elsewhere, memory.Length), MemoryAccess.Read | MemoryAccess.Write);
        memory.Slice(0, 1)[0] = 9;

        memory.Dispose();

        Assert.Equal((ulong)GuestAddress.PageSize, arena.BytesInUse);
        guest.Set(general => general with { Rdi = Elsewhere.Value });
        Assert.Equal(9u, guest.RunToOutput());
        guest.Machine.UnmapMemory(Slot);
        Assert.Equal(0UL, arena.BytesInUse);
    }

    [KvmFact]
    public void Bad_slots_and_ranges_are_refused()
    {
        using var guest = new TestGuest(ReadThenWrite);
        using GuestMemoryBlock page = GuestMemoryArena.Shared.Allocate(GuestAddress.PageSize);
        var good = new GuestRange(Elsewhere, GuestAddress.PageSize);
        GuestRange At(ulong start, ulong length = GuestAddress.PageSize) => new(new GuestAddress(start), length);
        void Refused(int slot, GuestRange range) => Assert.ThrowsAny<ArgumentException>(() => guest.Machine.MapMemory(slot, range, page, trackWrites: true));

        Refused(-1, good);
        Refused(64, good);
        Refused(TestGuest.CodeSlot, good);
        Refused(Slot, At(0x1_0000_0800));
        Refused(Slot, At(0x1_0000_0000, 0x800));
        Refused(Slot, At(0x1_0000_0000, 0));
        Refused(Slot, At(0x1_0000_0000, 0x2000));
        Refused(Slot, At(0));
        Refused(Slot, At(GuestAddressSpace.End.Value));
        Refused(Slot, At(GuestAddressSpace.HypervisorWindow.Start.Value));
        Refused(Slot, At(TestGuest.DataStart.Value + 0xF000));
        Assert.Throws<ArgumentException>(() => guest.Machine.UnmapMemory(Slot));
        Assert.Throws<ArgumentException>(() => guest.Machine.ReadWrittenPages(Slot, new ulong[1]));
        Assert.Throws<ArgumentException>(() => guest.Machine.ReadWrittenPages(TestGuest.DataSlot, []));

        guest.Machine.MapMemory(Slot, good, page, trackWrites: true);
        Assert.ThrowsAny<ArgumentException>(() => guest.Machine.Protect(At(Elsewhere.Value + GuestAddress.PageSize), MemoryAccess.Read));
        Assert.ThrowsAny<ArgumentException>(() => guest.Machine.Protect(At(Elsewhere.Value, 0x2000), MemoryAccess.Read));
        Assert.ThrowsAny<ArgumentException>(() => guest.Machine.Protect(At(Elsewhere.Value, 0x800), MemoryAccess.Read));
        MemoryAccess[] impossible = [MemoryAccess.None, MemoryAccess.Guard, MemoryAccess.Write | MemoryAccess.Execute, MemoryAccess.Read | MemoryAccess.Guard];
        foreach (MemoryAccess access in impossible)
            Assert.ThrowsAny<ArgumentException>(() => guest.Machine.Protect(good, access));
        guest.Machine.Protect(good, MemoryAccess.Read);
        Assert.ThrowsAny<ArgumentException>(() => guest.Machine.Protect(good, MemoryAccess.Read));
    }
}
