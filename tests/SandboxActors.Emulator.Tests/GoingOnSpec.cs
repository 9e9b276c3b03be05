using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Emulator.Tests;

/// <summary>A guest that has raised an exception goes on as if it had not, with the registers that it is given.</summary>
public sealed class GoingOnSpec
{
    private const ulong TrapFlag = 1 << 8;
    private const int Xmm0 = 160;

    [SkippableTheory, OnEachBackend]
    public void It_goes_on_behind_a_breakpoint(string backend)
    {
        using var guest = new BareGuest(backend, 0xCC, 0xFF, 0xC0, 0xE7, BareGuest.Port); // int3; inc eax; out
        guest.RunToFault(CpuException.Breakpoint);
        GeneralRegisters registers = guest.Machine.ReadGuestRegisters();

        guest.Machine.WriteGuestRegisters(registers with { Rax = 41 });

        Assert.Equal(registers with { Rax = 41 }, guest.Machine.ReadGuestRegisters());
        Assert.Equal(42u, guest.RunToOutput());
    }

    [SkippableTheory, OnEachBackend]
    public void It_does_again_what_it_could_not_do(string backend)
    {
        using var guest = new BareGuest(backend, 0x8B, 0x07, 0xE7, BareGuest.Port); // mov eax, [rdi]; out
        guest.RunToFault(CpuException.PageFault);
        guest.At(BareGuest.Data, 1)[0] = 7;

        guest.Machine.WriteGuestRegisters(guest.Machine.ReadGuestRegisters() with { Rdi = BareGuest.Data.Value });

        Assert.Equal(7u, guest.RunToOutput());
    }

    [SkippableTheory, OnEachBackend]
    public void It_goes_step_by_step_with_all_else_as_it_was(string backend)
    {
        // nop; movq xmm0, rax; inc eax; out; inc eax; out
        using var guest = new BareGuest(backend, 0x90, 0x66, 0x48, 0x0F, 0x6E, 0xC0, 0xFF, 0xC0, 0xE7, BareGuest.Port, 0xFF, 0xC0, 0xE7, BareGuest.Port);
        guest.Set(general => general with { Rax = 0x1234 });
        foreach (ulong offset in new ulong[] { 1, 6, 8 })
        {
            guest.Machine.WriteGuestRegisters(guest.Machine.ReadGuestRegisters() with { Rflags = 2 | TrapFlag });
            Assert.Equal(BareGuest.Code + offset, guest.RunToFault(CpuException.Debug).InstructionPointer);
        }

        guest.Machine.WriteGuestRegisters(guest.Machine.ReadGuestRegisters() with { Rflags = 2 | TrapFlag });
        Assert.Equal(0x1235u, guest.RunToOutput());

        // An out is carried out when the machine comes to rest; the trap behind it is dropped with the flag.
        _ = guest.Machine.ReadState();
        GeneralRegisters behind = guest.Machine.ReadGuestRegisters();
        Assert.Equal((BareGuest.Code + 10).Value, behind.Rip);
        guest.Machine.WriteGuestRegisters(behind with { Rflags = behind.Rflags & ~TrapFlag });
        Assert.Equal(0x1236u, guest.RunToOutput());
        Assert.Equal(0x1234, guest.Machine.ReadState().ExtendedState[Xmm0] | (guest.Machine.ReadState().ExtendedState[Xmm0 + 1] << 8));
    }

    [SkippableTheory, OnEachBackend]
    public void One_that_has_not_run_since_its_state_was_written_keeps_the_rest_of_that_state(string backend)
    {
        // movq rax, xmm0; out; jmp back
        using var guest = new BareGuest(backend, 0x66, 0x48, 0x0F, 0x7E, 0xC0, 0xE7, BareGuest.Port, 0xEB, 0xF7);
        VcpuState start = guest.Machine.ReadState();
        guest.RunToOutput();
        byte[] image = [.. start.ExtendedState];
        image[Xmm0] = 99;
        guest.Machine.WriteState(start with { ExtendedState = [.. image] });

        guest.Machine.WriteGuestRegisters(start.General with { Rbx = 5 });

        Assert.Equal(99u, guest.RunToOutput());
        Assert.Equal(5u, guest.Machine.ReadGuestRegisters().Rbx);
    }
}
