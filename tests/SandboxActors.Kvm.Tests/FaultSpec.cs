using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

public sealed class FaultSpec
{
    private const ulong Unmapped = 0x70_0000;

    [KvmFact]
    public void An_undefined_instruction_tells_where_it_stands()
    {
        // nop; ud2
        using var guest = new TestGuest([0x90, 0x0F, 0x0B]);

        GuestFault fault = guest.RunToFault(CpuException.InvalidOpcode);

        Assert.Equal(new GuestFault(CpuException.InvalidOpcode, 0, default, TestGuest.CodeStart + 1, TestGuest.StackTop), fault);
    }

    [KvmFact]
    public void A_division_by_zero_is_a_divide_error()
    {
        // xor ecx, ecx; div ecx
        using var guest = new TestGuest([0x31, 0xC9, 0xF7, 0xF1]);

        Assert.Equal(TestGuest.CodeStart + 2, guest.RunToFault(CpuException.DivideError).InstructionPointer);
    }

    public static TheoryData<byte[], MemoryAccess> Accesses => new()
    {
        { [0x48, 0x8B, 0x07], MemoryAccess.Read }, // mov rax, [rdi]
        { [0x48, 0x89, 0x07], MemoryAccess.Write }, // mov [rdi], rax
        { [0xFF, 0xE7], MemoryAccess.Execute }, // jmp rdi
    };

    [KvmTheory]
    [MemberData(nameof(Accesses))]
    public void An_access_to_an_unmapped_page_tells_address_and_kind(byte[] code, MemoryAccess access)
    {
        using var guest = new TestGuest(code);
        guest.Set(general => general with { Rdi = Unmapped + 0x123 });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal(new GuestAddress(Unmapped + 0x123), fault.Address);
        Assert.Equal(access, fault.Access);
        Assert.False(fault.PageWasPresent);
        Assert.Equal(access == MemoryAccess.Execute ? new GuestAddress(Unmapped + 0x123) : TestGuest.CodeStart, fault.InstructionPointer);
    }

    [KvmFact]
    public void A_null_pointer_faults()
    {
        // xor edi, edi; mov rax, [rdi]
        using var guest = new TestGuest([0x31, 0xFF, 0x48, 0x8B, 0x07]);

        Assert.Equal(default, guest.RunToFault(CpuException.PageFault).Address);
    }

    [KvmFact]
    public void An_address_that_is_not_canonical_is_a_protection_fault()
    {
        // mov rax, [rdi]
        using var guest = new TestGuest([0x48, 0x8B, 0x07]);
        guest.Set(general => general with { Rdi = 0x8000_0000_0000_0000 });

        Assert.Equal(0u, guest.RunToFault(CpuException.GeneralProtection).ErrorCode);
    }

    [KvmFact]
    public void A_push_below_the_stack_faults_with_the_stack_pointer_where_it_was()
    {
        // push rax
        using var guest = new TestGuest([0x50]);
        guest.Set(general => general with { Rsp = TestGuest.DataStart.Value });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal(TestGuest.DataStart - 8, fault.Address);
        Assert.Equal(TestGuest.DataStart, fault.StackPointer);
        Assert.Equal(MemoryAccess.Write, fault.Access);
    }

    [KvmFact]
    public void A_fault_with_a_wild_stack_pointer_is_told_all_the_same()
    {
        // ud2
        using var guest = new TestGuest([0x0F, 0x0B]);
        guest.Set(general => general with { Rsp = 0xDEAD_BEEF_DEAD_BEEF });

        Assert.Equal(new GuestAddress(0xDEAD_BEEF_DEAD_BEEF), guest.RunToFault(CpuException.InvalidOpcode).StackPointer);
    }

    [KvmFact]
    public void Int3_is_a_breakpoint_with_the_instruction_pointer_behind_it()
    {
        using var guest = new TestGuest([0xCC]);

        Assert.Equal(TestGuest.CodeStart + 1, guest.RunToFault(CpuException.Breakpoint).InstructionPointer);
    }

    [KvmFact]
    public void The_trap_flag_raises_a_debug_exception_behind_the_next_instruction()
    {
        // push 0x102; popfq; nop; nop
        using var guest = new TestGuest([0x68, 0x02, 0x01, 0x00, 0x00, 0x9D, 0x90, 0x90]);

        Assert.Equal(TestGuest.CodeStart + 7, guest.RunToFault(CpuException.Debug).InstructionPointer);
    }

    [KvmFact]
    public void The_general_registers_of_a_fault_are_the_guest_s_own()
    {
        // mov eax, 0x11; mov ebx, 0x22; mov ecx, 0x33; ud2
        using var guest = new TestGuest([0xB8, 0x11, 0, 0, 0, 0xBB, 0x22, 0, 0, 0, 0xB9, 0x33, 0, 0, 0, 0x0F, 0x0B]);
        guest.RunToFault(CpuException.InvalidOpcode);

        GeneralRegisters general = guest.General;

        Assert.Equal((0x11UL, 0x22UL, 0x33UL), (general.Rax, general.Rbx, general.Rcx));
    }

    [KvmFact]
    public void The_guest_s_registers_after_a_fault_are_those_at_its_instruction_and_not_the_stub_s()
    {
        // mov ebx, 0x22; stc; push rax; ud2
        using var guest = new TestGuest([0xBB, 0x22, 0, 0, 0, 0xF9, 0x50, 0x0F, 0x0B]);
        guest.RunToFault(CpuException.InvalidOpcode);

        GeneralRegisters registers = guest.Machine.ReadGuestRegisters();

        Assert.Equal((TestGuest.CodeStart + 7).Value, registers.Rip);
        Assert.Equal((TestGuest.StackTop - 8).Value, registers.Rsp);
        Assert.Equal(0x22UL, registers.Rbx);
        Assert.Equal(1UL, registers.Rflags & 1);
        Assert.NotEqual(registers.Rip, guest.General.Rip);
        Assert.Equal(registers, guest.Machine.ReadGuestRegisters()); // reading the state changes nothing about them
    }

    [KvmFact]
    public void The_guest_s_registers_are_told_after_an_output_and_after_a_state_was_written()
    {
        // mov ebx, 0x22; out 0xE0, eax; ud2
        using var guest = new TestGuest([0xBB, 0x22, 0, 0, 0, 0xE7, 0xE0, 0x0F, 0x0B]);
        VcpuState start = guest.Machine.ReadState();
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(start.General, guest.Machine.ReadGuestRegisters());
            guest.RunToOutput();
            GeneralRegisters registers = guest.Machine.ReadGuestRegisters();
            Assert.Equal(0x22UL, registers.Rbx);
            Assert.InRange(registers.Rip, (TestGuest.CodeStart + 5).Value, (TestGuest.CodeStart + 7).Value);
            guest.RunToFault(CpuException.InvalidOpcode);
            Assert.Equal((TestGuest.CodeStart + 7).Value, guest.Machine.ReadGuestRegisters().Rip);
            guest.Machine.WriteState(start);
        }
    }

    [KvmFact]
    public void The_registers_of_a_machine_that_is_gone_cannot_be_read()
    {
        var guest = new TestGuest([0x90]);
        guest.Dispose();
        Assert.Throws<ObjectDisposedException>(() => guest.Machine.ReadGuestRegisters());
    }

    [KvmFact]
    public void A_guest_that_is_run_on_after_a_fault_shuts_down()
    {
        using var guest = new TestGuest([0x0F, 0x0B]);
        guest.RunToFault(CpuException.InvalidOpcode);

        Assert.Equal(VmExitKind.Shutdown, guest.Machine.Run().Kind);
        Assert.Equal(VmExitKind.Shutdown, guest.Machine.Run().Kind);
    }

    [KvmFact]
    public void A_guest_runs_again_after_a_fault_when_its_state_is_written_back()
    {
        // out 0xE0, eax; ud2
        using var guest = new TestGuest([0xE7, 0xE0, 0x0F, 0x0B]);
        VcpuState start = guest.Machine.ReadState();
        for (uint round = 0; round < 20; round++)
        {
            guest.Machine.WriteState(start with { General = start.General with { Rax = round } });
            Assert.Equal(round, guest.RunToOutput());
            guest.RunToFault(CpuException.InvalidOpcode);
        }
    }

    [KvmFact]
    public void A_triple_fault_is_a_shutdown_and_the_machine_runs_again_when_its_state_is_written_back()
    {
        // ud2, without an interrupt table: there is no way to deliver it, nor the double fault.
        using var guest = new TestGuest([0x0F, 0x0B]);
        VcpuState state = guest.Machine.ReadState();
        guest.Machine.WriteState(state with { Special = state.Special with { InterruptDescriptorTable = default } });

        Assert.Equal(VmExitKind.Shutdown, guest.Machine.Run().Kind);

        guest.Machine.WriteState(state);
        guest.RunToFault(CpuException.InvalidOpcode);
    }
}
