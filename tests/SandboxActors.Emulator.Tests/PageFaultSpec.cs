using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Emulator.Tests;

/// <summary>What random cases hit seldom or never: pages that are not there, or not for this, and what an access has done when it faults.</summary>
public sealed class PageFaultSpec
{
    private const uint Present = 1;
    private const uint Write = 2;
    private const uint User = 4;
    private const uint Fetch = 0x10;

    [SkippableTheory]
    [OnEachBackend(new byte[] { 0x48, 0x8B, 0x07 }, User)] // mov rax, [rdi]
    [OnEachBackend(new byte[] { 0x48, 0x89, 0x07 }, User | Write)] // mov [rdi], rax
    [OnEachBackend(new byte[] { 0x48, 0x01, 0x07 }, User | Write)] // add [rdi], rax
    [OnEachBackend(new byte[] { 0x48, 0x39, 0x07 }, User)] // cmp [rdi], rax
    [OnEachBackend(new byte[] { 0x48, 0xFF, 0x37 }, User)] // push qword [rdi]
    [OnEachBackend(new byte[] { 0x48, 0x87, 0x07 }, User | Write)] // xchg [rdi], rax
    [OnEachBackend(new byte[] { 0x0F, 0xB1, 0x07 }, User | Write)] // cmpxchg [rdi], eax
    public void A_page_that_is_not_there_faults_with_how_it_was_wanted(string backend, byte[] code, uint errorCode)
    {
        using BareGuest guest = new BareGuest(backend, code).Set(general => general with { Rdi = BareGuest.Unmapped.Value + 0x123 });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal(new GuestFault(CpuException.PageFault, errorCode, BareGuest.Unmapped + 0x123, BareGuest.Code, BareGuest.ReadOnly), fault);
    }

    [SkippableTheory, OnEachBackend]
    public void A_page_that_can_only_be_read_faults_as_present_when_it_is_written(string backend)
    {
        // mov rax, [rdi]; mov [rdi], rax
        using BareGuest guest =
            new BareGuest(backend, 0x48, 0x8B, 0x07, 0x48, 0x89, 0x07).Set(general => general with { Rdi = BareGuest.ReadOnly.Value + 8 });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((User | Write | Present, BareGuest.ReadOnly + 8, BareGuest.Code + 3), (fault.ErrorCode, fault.Address,
            fault.InstructionPointer));
    }

    [SkippableTheory, OnEachBackend]
    public void Data_cannot_be_executed(string backend)
    {
        // jmp rdi
        using BareGuest guest = new BareGuest(backend, 0xFF, 0xE7).Set(general => general with { Rdi = BareGuest.Data.Value + 16 });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((User | Fetch | Present, BareGuest.Data + 16, BareGuest.Data + 16), (fault.ErrorCode, fault.Address, fault.InstructionPointer));
    }

    [SkippableTheory, OnEachBackend]
    public void Nothing_can_be_executed_where_nothing_is(string backend)
    {
        using BareGuest guest = new BareGuest(backend, 0xFF, 0xE7).Set(general => general with { Rdi = BareGuest.Unmapped.Value });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((User | Fetch, BareGuest.Unmapped, BareGuest.Unmapped), (fault.ErrorCode, fault.Address, fault.InstructionPointer));
    }

    [SkippableTheory, OnEachBackend]
    public void An_instruction_that_runs_into_the_end_of_code_faults_behind_it(string backend)
    {
        // The last two bytes of the page: the start of mov rax, [rdi].
        using var guest = new BareGuest(backend);
        new byte[] { 0x48, 0x8B }.CopyTo(guest.CodeMemory.Slice(GuestAddress.PageSize - 2, 2));
        guest.Set(general => general with { Rip = BareGuest.Code.Value + GuestAddress.PageSize - 2 });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((User | Fetch, BareGuest.Code + GuestAddress.PageSize), (fault.ErrorCode, fault.Address));
        Assert.Equal(BareGuest.Code + GuestAddress.PageSize - 2, fault.InstructionPointer);
    }

    [SkippableTheory]
    [OnEachBackend(new byte[] { 0x48, 0x89, 0x07 }, 8)] // mov [rdi], rax
    [OnEachBackend(new byte[] { 0x48, 0x01, 0x07 }, 8)] // add [rdi], rax
    [OnEachBackend(new byte[] { 0x66, 0x89, 0x07 }, 2)] // mov [rdi], ax
    [OnEachBackend(new byte[] { 0x0F, 0x11, 0x07 }, 16)] // movups [rdi], xmm0
    [OnEachBackend(new byte[] { 0x48, 0xAB }, 8)] // stosq
    public void A_write_that_reaches_into_a_page_that_cannot_be_written_writes_nothing(string backend, byte[] code, int length)
    {
        using BareGuest guest =
            new BareGuest(backend, code).Set(general => general with { Rax = 0x1111_1111_1111_1111, Rdi = BareGuest.ReadOnly.Value - 1 });
        guest.DataMemory.Slice(0, (int)guest.DataMemory.Length).Fill(0xA5);

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((User | Write | Present, BareGuest.ReadOnly), (fault.ErrorCode, fault.Address));
        Assert.Equal(-1, guest.At(BareGuest.ReadOnly - 32, 32 + length).IndexOfAnyExcept((byte)0xA5));
        Assert.Equal(BareGuest.ReadOnly.Value - 1, guest.General.Rdi);
    }

    [SkippableTheory, OnEachBackend]
    public void A_read_that_reaches_beyond_what_is_mapped_changes_no_register(string backend)
    {
        // mov rax, [rdi]
        using BareGuest guest = new BareGuest(backend, 0x48, 0x8B, 0x07).Set(general => general with { Rax = 7, Rdi = BareGuest.Unmapped.Value - 4 });

        Assert.Equal(BareGuest.Unmapped, guest.RunToFault(CpuException.PageFault).Address);

        Assert.Equal(7UL, guest.General.Rax);
    }

    [SkippableTheory, OnEachBackend]
    public void A_value_across_two_pages_that_can_be_written_is_written_and_both_pages_are_noted(string backend)
    {
        // mov [rdi], rax; out
        using BareGuest guest = new BareGuest(backend, 0x48, 0x89, 0x07, 0xE7, BareGuest.Port)
            .Set(general => general with { Rax = 0x0807_0605_0403_0201, Rdi = BareGuest.Data.Value + GuestAddress.PageSize - 3 });

        guest.RunToOutput();

        Assert.Equal(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, guest.At(BareGuest.Data + GuestAddress.PageSize - 3, 8).ToArray());
        ulong[] written = new ulong[1];
        guest.Machine.ReadWrittenPages(BareGuest.DataSlot, written);
        Assert.Equal(0b11UL, written[0] & 0b11);
    }

    [SkippableTheory, OnEachBackend]
    public void A_page_that_is_forgotten_is_noted_again_once_it_is_written_again(string backend)
    {
        // again: mov [rdi], rax; out; jmp again
        using BareGuest guest = new BareGuest(backend, 0x48, 0x89, 0x07, 0xE7, BareGuest.Port, 0xEB, 0xF9)
            .Set(general => general with { Rdi = BareGuest.Data.Value });
        ulong[] written = new ulong[1];
        for (int round = 0; round < 200; round++)
        {
            guest.RunToOutput();
            guest.Machine.ReadWrittenPages(BareGuest.DataSlot, written);
            Assert.Equal(1UL, written[0] & 1);
            guest.Machine.ForgetWrittenPages(BareGuest.DataSlot, written);
            guest.Machine.ReadWrittenPages(BareGuest.DataSlot, written);
            Assert.Equal(0UL, written[0]);
        }
    }
}
