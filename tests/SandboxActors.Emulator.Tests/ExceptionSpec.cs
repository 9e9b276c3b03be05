using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Emulator.Tests;

/// <summary>The ways into an exception, and out of a machine, that are not a matter of memory.</summary>
public sealed class ExceptionSpec
{
    [SkippableTheory]
    [OnEachBackend(new byte[] { 0xF4 })] // hlt
    [OnEachBackend(new byte[] { 0xFA })] // cli
    [OnEachBackend(new byte[] { 0x0F, 0x20, 0xC0 })] // mov rax, cr0
    [OnEachBackend(new byte[] { 0x0F, 0x22, 0xD8 })] // mov cr3, rax
    [OnEachBackend(new byte[] { 0x0F, 0x21, 0xC0 })] // mov rax, dr0
    [OnEachBackend(new byte[] { 0x0F, 0x32 })] // rdmsr
    [OnEachBackend(new byte[] { 0x0F, 0x01, 0xF8 })] // swapgs
    [OnEachBackend(new byte[] { 0x0F, 0x01, 0x17 })] // lgdt [rdi]
    [OnEachBackend(new byte[] { 0x0F, 0x01, 0x07 })] // sgdt [rdi]
    public void What_only_a_kernel_may_do_is_a_general_protection_fault(string backend, byte[] code)
    {
        using BareGuest guest = new BareGuest(backend, code).Set(general => general with { Rdi = BareGuest.Data.Value });

        GuestFault fault = guest.RunToFault(CpuException.GeneralProtection);

        Assert.Equal((0u, BareGuest.Code), (fault.ErrorCode, fault.InstructionPointer));
    }

    [SkippableTheory]
    [OnEachBackend(new byte[] { 0xE4, 0x60 }, 0x60)] // in al, 0x60
    [OnEachBackend(new byte[] { 0xE6, 0x80 }, 0x80)] // out 0x80, al
    [OnEachBackend(new byte[] { 0xEF }, 0x3F8)] // out dx, eax
    [OnEachBackend(new byte[] { 0xE6, BareGuest.Port }, BareGuest.Port)] // one byte to the open port
    public void A_port_touched_in_any_other_way_is_a_violation(string backend, byte[] code, int port)
    {
        using BareGuest guest = new BareGuest(backend, code).Set(general => general with { Rdx = (ulong)port });

        VmExit exit = guest.Machine.Run();

        Assert.Equal((VmExitKind.PortViolation, (ushort)port), (exit.Kind, exit.Port));
    }

    [SkippableTheory]
    [OnEachBackend(new byte[] { 0x0F, 0x0B })] // ud2
    [OnEachBackend(new byte[] { 0x0F, 0x05 })] // syscall
    [OnEachBackend(new byte[] { 0x06 })] // push es, which 64-bit mode does not have
    [OnEachBackend(new byte[] { 0x66, 0x8E, 0xC8 })] // mov cs, ax
    [OnEachBackend(new byte[] { 0xF0, 0x90 })] // lock nop
    [OnEachBackend(new byte[] { 0xF0, 0x01, 0xC0 })] // lock add eax, eax
    public void What_is_no_instruction_is_an_undefined_one(string backend, byte[] code)
    {
        using var guest = new BareGuest(backend, code);

        Assert.Equal(BareGuest.Code, guest.RunToFault(CpuException.InvalidOpcode).InstructionPointer);
    }

    [SkippableTheory, OnEachBackend]
    public void A_breakpoint_stands_behind_its_instruction(string backend)
    {
        using var guest = new BareGuest(backend, 0x90, 0xCC);

        Assert.Equal(BareGuest.Code + 2, guest.RunToFault(CpuException.Breakpoint).InstructionPointer);
    }

    [SkippableTheory, OnEachBackend]
    public void The_trap_flag_stops_behind_one_instruction(string backend)
    {
        // inc rax; inc rax
        using BareGuest guest = new BareGuest(backend, 0x48, 0xFF, 0xC0, 0x48, 0xFF, 0xC0).Set(general => general with { Rflags = 0x102 });

        Assert.Equal(BareGuest.Code + 3, guest.RunToFault(CpuException.Debug).InstructionPointer);

        Assert.Equal(1UL, guest.General.Rax);
    }

    [SkippableTheory, OnEachBackend]
    public void The_trap_flag_stops_behind_each_step_of_a_repeated_instruction(string backend)
    {
        // rep stosb
        using BareGuest guest = new BareGuest(backend, 0xF3, 0xAA)
            .Set(general => general with { Rflags = 0x102, Rcx = 3, Rdi = BareGuest.Data.Value });

        Assert.Equal(BareGuest.Code, guest.RunToFault(CpuException.Debug).InstructionPointer);

        Assert.Equal(2UL, guest.General.Rcx);
    }

    [SkippableTheory, OnEachBackend]
    public void Popping_the_trap_flag_stops_behind_the_instruction_after(string backend)
    {
        // push 0x102; popfq; nop; nop
        using var guest = new BareGuest(backend, 0x68, 0x02, 0x01, 0, 0, 0x9D, 0x90, 0x90);

        Assert.Equal(BareGuest.Code + 7, guest.RunToFault(CpuException.Debug).InstructionPointer);
    }

    [SkippableTheory, OnEachBackend]
    public void An_address_that_is_not_canonical_is_general_protection_and_on_the_stack_a_stack_fault(string backend)
    {
        // mov rax, [rdi]
        using BareGuest data = new BareGuest(backend, 0x48, 0x8B, 0x07).Set(general => general with { Rdi = 1UL << 63 });
        Assert.Equal(0u, data.RunToFault(CpuException.GeneralProtection).ErrorCode);

        // push rax
        using BareGuest stack = new BareGuest(backend, 0x50).Set(general => general with { Rsp = 1UL << 63 });
        VmExit pushed = stack.Machine.Run();
        // Of a KVM in software one was seen that has another exception there.
        CpuException[] possible = backend == "kvm" ? [CpuException.StackSegmentFault, CpuException.InvalidOpcode] : [CpuException.StackSegmentFault];
        Assert.Contains(pushed.Fault.Vector, possible);
        Assert.Equal(0u, pushed.Fault.ErrorCode);

        // call [rdi]: it uses the stack, but that is not where the address is.
        using BareGuest call = new BareGuest(backend, 0xFF, 0x17).Set(general => general with { Rdi = 1UL << 63 });
        Assert.Equal(0u, call.RunToFault(CpuException.GeneralProtection).ErrorCode);
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_to_nowhere_with_a_stack_that_cannot_be_written_faults_on_the_stack(string backend)
    {
        // call rdi
        using BareGuest guest = new BareGuest(backend, 0xFF, 0xD7).Set(general => general with { Rdi = 1UL << 63, Rsp = BareGuest.Unmapped.Value });

        Assert.Equal(BareGuest.Unmapped - 8, guest.RunToFault(CpuException.PageFault).Address);
    }

    [SkippableTheory, OnEachBackend]
    public void Jumping_to_an_address_that_is_not_canonical_faults_at_the_jump(string backend)
    {
        // jmp rdi
        using BareGuest guest = new BareGuest(backend, 0xFF, 0xE7).Set(general => general with { Rdi = 1UL << 47 });

        Assert.Equal(BareGuest.Code, guest.RunToFault(CpuException.GeneralProtection).InstructionPointer);
    }
}
