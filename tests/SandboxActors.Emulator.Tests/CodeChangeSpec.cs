using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Emulator.Tests;

/// <summary>Code that changes is carried out as it stands, however often it was carried out before.</summary>
public sealed class CodeChangeSpec
{
    private const int AliasSlot = 2;

    // More than any processor in software needs to find code worth translating.
    private const uint Rounds = 200_000;

    private static readonly GuestAddress Alias = new(0x60_0000);

    [SkippableTheory, OnEachBackend]
    public void A_guest_cannot_write_its_own_code(string backend)
    {
        // mov byte [rip], 0x90
        using var guest = new BareGuest(backend, 0xC6, 0x05, 0, 0, 0, 0, 0x90);

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((7u, BareGuest.Code + 7), (fault.ErrorCode, fault.Address));
    }

    [SkippableTheory, OnEachBackend]
    public void What_the_host_writes_between_two_runs_is_seen(string backend)
    {
        // mov eax, number; out; jmp to the start
        using var guest = new BareGuest(backend, 0xB8, 1, 0, 0, 0, 0xE7, BareGuest.Port, 0xEB, 0xF7);
        for (byte number = 1; number < 100; number++)
        {
            guest.CodeMemory.Slice(1, 1)[0] = number;
            Assert.Equal(number, guest.RunToOutput());
        }
    }

    [SkippableTheory, OnEachBackend]
    public void What_the_host_writes_into_a_loop_that_was_hot_is_seen(string backend)
    {
        // mov ecx, rounds; loop: add eax, 1; dec ecx; jnz loop; out; jmp to the start
        using var guest = new BareGuest(
            backend, [0xB9, .. BitConverter.GetBytes(Rounds), 0x83, 0xC0, 0x01, 0xFF, 0xC9, 0x75, 0xF9, 0xE7, BareGuest.Port, 0xEB, 0xF0]);
        Assert.Equal(Rounds, guest.RunToOutput());

        guest.CodeMemory.Slice(7, 1)[0] = 3;

        Assert.Equal(4 * Rounds, guest.RunToOutput());
    }

    [SkippableTheory, OnEachBackend]
    public void Code_that_is_seen_at_a_second_address_where_it_can_be_written_changes_under_the_guest(string backend)
    {
        // loop: add eax, 1; inc byte [rdi]; dec ecx; jnz loop; out -- [rdi] is the 1.
        using var guest = new BareGuest(backend, 0x83, 0xC0, 0x01, 0xFE, 0x07, 0xFF, 0xC9, 0x75, 0xF7, 0xE7, BareGuest.Port);
        MapAlias(guest);
        guest.Set(general => general with { Rcx = 50, Rdi = Alias.Value + 2 });

        Assert.Equal((uint)Enumerable.Range(1, 50).Sum(), guest.RunToOutput());
    }

    [SkippableTheory, OnEachBackend]
    public void A_second_address_that_goes_away_cannot_be_written_any_more(string backend)
    {
        // inc byte [rdi]; out; jmp to the start
        using var guest = new BareGuest(backend, 0xFE, 0x07, 0xE7, BareGuest.Port, 0xEB, 0xFA);
        MapAlias(guest);
        guest.Set(general => general with { Rdi = Alias.Value + 100 });
        guest.RunToOutput();

        guest.Machine.UnmapMemory(AliasSlot);

        Assert.Equal(Alias + 100, guest.RunToFault(CpuException.PageFault).Address);
        Assert.Equal(1, guest.CodeMemory.Slice(100, 1)[0]);
    }

    [SkippableTheory, OnEachBackend]
    public void Code_that_was_hot_and_is_mapped_again_as_data_is_not_executed(string backend)
    {
        // mov ecx, rounds; loop: call alias; dec ecx; jnz loop; out; jmp to the start
        int distance = (int)(Alias - (BareGuest.Code + 10));
        using var guest = new BareGuest(
            backend,
            [0xB9, .. BitConverter.GetBytes(Rounds), 0xE8, .. BitConverter.GetBytes(distance), 0xFF, 0xC9, 0x75, 0xF7, 0xE7, BareGuest.Port, 0xEB, 0xEE]);
        using GuestMemoryBlock function = GuestMemoryArena.Shared.Allocate(GuestAddress.PageSize);
        function.Slice(0, 1)[0] = 0xC3; // ret
        var range = new GuestRange(Alias, GuestAddress.PageSize);
        guest.Machine.MapMemory(AliasSlot, range, function, trackWrites: false);
        guest.Machine.Protect(range, MemoryAccess.Read | MemoryAccess.Execute);
        guest.RunToOutput();

        guest.Machine.UnmapMemory(AliasSlot);
        guest.Machine.MapMemory(AliasSlot, range, function, trackWrites: false);
        guest.Machine.Protect(range, MemoryAccess.Read);

        GuestFault fault = guest.RunToFault(CpuException.PageFault);
        Assert.Equal((Alias, Alias), (fault.Address, fault.InstructionPointer));
        guest.Machine.UnmapMemory(AliasSlot);
    }

    private static void MapAlias(BareGuest guest)
    {
        var range = new GuestRange(Alias, guest.CodeMemory.Length);
        guest.Machine.MapMemory(AliasSlot, range, guest.CodeMemory, trackWrites: true);
        guest.Machine.Protect(range, MemoryAccess.Read | MemoryAccess.Write);
    }
}
