using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

public sealed class PrivilegeSpec
{
    public static TheoryData<string, byte[]> PrivilegedInstructions => new()
    {
        { "hlt", [0xF4] },
        { "cli", [0xFA] },
        { "sti", [0xFB] },
        { "rdmsr", [0x0F, 0x32] },
        { "wrmsr", [0x0F, 0x30] },
        { "mov rax, cr0", [0x0F, 0x20, 0xC0] },
        { "mov cr3, rax", [0x0F, 0x22, 0xD8] },
        { "mov rax, cr8", [0x44, 0x0F, 0x20, 0xC0] },
        { "mov rax, dr0", [0x0F, 0x21, 0xC0] },
        { "mov dr7, rax", [0x0F, 0x23, 0xF8] },
        { "lgdt [rdi]", [0x0F, 0x01, 0x17] },
        { "lidt [rdi]", [0x0F, 0x01, 0x1F] },
        { "ltr ax", [0x0F, 0x00, 0xD8] },
        { "lldt ax", [0x0F, 0x00, 0xD0] },
        { "invlpg [rdi]", [0x0F, 0x01, 0x3F] },
        { "swapgs", [0x0F, 0x01, 0xF8] },
        { "clts", [0x0F, 0x06] },
        { "wbinvd", [0x0F, 0x09] },
        { "mov ss, 0x18", [0xB8, 0x18, 0x00, 0x00, 0x00, 0x8E, 0xD0] },
        { "retf to 0x10", [0x68, 0x10, 0, 0, 0, 0x57, 0x48, 0xCB] },
    };

    [KvmTheory]
    [MemberData(nameof(PrivilegedInstructions))]
    public void A_privileged_instruction_is_a_protection_fault(string instruction, byte[] code)
    {
        Assert.NotEmpty(instruction);
        using var guest = new TestGuest(code);
        guest.Set(general => general with { Rdi = TestGuest.DataStart.Value, Rsp = TestGuest.StackTop.Value - 64 });

        VmExit exit = guest.Machine.Run();

        Assert.Equal((VmExitKind.Fault, CpuException.GeneralProtection), (exit.Kind, exit.Fault.Vector));
    }

    [KvmTheory]
    [InlineData(0x05)] // syscall
    [InlineData(0x34)] // sysenter
    public void A_system_call_is_an_undefined_instruction(byte opcode)
    {
        using var guest = new TestGuest([0x90, 0x0F, opcode]);

        // On an Intel processor sysenter without a target is #GP instead.
        VmExit exit = guest.Machine.Run();

        Assert.Equal(VmExitKind.Fault, exit.Kind);
        Assert.True(exit.Fault.Vector == CpuException.InvalidOpcode || (opcode == 0x34 && exit.Fault.Vector == CpuException.GeneralProtection));
        Assert.Equal((TestGuest.CodeStart + 1, TestGuest.StackTop), (exit.Fault.InstructionPointer, exit.Fault.StackPointer));
    }

    [KvmTheory]
    [InlineData(0x02)]
    [InlineData(0x0E)]
    [InlineData(0x80)]
    public void A_software_interrupt_does_not_reach_its_vector(byte vector)
    {
        // int n: #GP on hardware, since the gates are CPL0's; #UD on a software KVM.
        using var guest = new TestGuest([0xCD, vector]);

        VmExit exit = guest.Machine.Run();

        Assert.Equal(VmExitKind.Fault, exit.Kind);
        Assert.Contains(exit.Fault.Vector, new[] { CpuException.GeneralProtection, CpuException.InvalidOpcode });
        Assert.Equal(TestGuest.CodeStart, exit.Fault.InstructionPointer);
    }

    [KvmTheory]
    [InlineData(0x0F, 0x01, 0x07)] // sgdt [rdi]
    [InlineData(0x0F, 0x01, 0x0F)] // sidt [rdi]
    [InlineData(0x0F, 0x00, 0xC8)] // str eax
    [InlineData(0x0F, 0x01, 0xE0)] // smsw eax
    public void Descriptor_tables_are_not_told_where_the_processor_can_keep_them_secret(byte first, byte second, byte third)
    {
        const ulong UserModeInstructionPrevention = 1 << 11;
        using var guest = new TestGuest([first, second, third, 0xE7, 0xE0]);
        guest.Set(general => general with { Rdi = TestGuest.DataStart.Value });
        bool canPrevent = (guest.Machine.ReadState().Special.Cr4 & UserModeInstructionPrevention) != 0;

        VmExit exit = guest.Machine.Run();

        Assert.Equal(canPrevent ? VmExitKind.Fault : VmExitKind.Output, exit.Kind);
    }

    public static TheoryData<string, ulong> MachinePages => new()
    {
        { "descriptors", SystemLayout.GlobalDescriptorTable.Value },
        { "interrupt table", SystemLayout.InterruptTable.Value },
        { "stub", SystemLayout.Stub.Value },
        { "guard", SystemLayout.SystemCallTrap.Value },
        { "stack", SystemLayout.Stack.Value },
        { "table of the shadow reserve", SystemLayout.ShadowReserveTable.Value },
        { "page table root", SystemLayout.PageTables.Value },
        { "last page table", SystemLayout.End.Value - GuestAddress.PageSize },
        { "behind", SystemLayout.End.Value },
    };

    [KvmTheory]
    [MemberData(nameof(MachinePages))]
    public void The_machine_s_own_memory_can_be_neither_read_nor_written_nor_executed(string what, ulong address)
    {
        Assert.NotEmpty(what);
        foreach ((byte[] code, MemoryAccess access) in FaultSpec.Accesses.Select(row => ((byte[])row[0], (MemoryAccess)row[1])))
        {
            using var guest = new TestGuest(code);
            guest.Set(general => general with { Rdi = address, Rcx = 2 });

            VmExit exit = guest.Machine.Run();

            Assert.Equal(VmExitKind.Fault, exit.Kind);
            bool isTrap = access == MemoryAccess.Execute && address == SystemLayout.SystemCallTrap.Value;
            Assert.Equal(isTrap ? CpuException.InvalidOpcode : CpuException.PageFault, exit.Fault.Vector);
            if (!isTrap) Assert.Equal((new GuestAddress(address), access), (exit.Fault.Address, exit.Fault.Access));
        }
    }

    [KvmFact]
    public void Code_cannot_be_written()
    {
        // mov [rdi], rax
        using var guest = new TestGuest([0x48, 0x89, 0x07]);
        guest.Set(general => general with { Rdi = TestGuest.CodeStart.Value });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((MemoryAccess.Write, true), (fault.Access, fault.PageWasPresent));
        Assert.Equal(0x48, guest.Code.Read(0, 1)[0]);
    }

    [KvmFact]
    public void Data_cannot_be_executed()
    {
        // jmp rdi
        using var guest = new TestGuest([0xFF, 0xE7]);
        guest.Data.Slice(0, 2).Fill(0x90);
        guest.Set(general => general with { Rdi = TestGuest.DataStart.Value });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((MemoryAccess.Execute, true, TestGuest.DataStart), (fault.Access, fault.PageWasPresent, fault.InstructionPointer));
    }

    [KvmFact]
    public void A_32_bit_code_segment_does_not_exist()
    {
        // push rsi; push rdi; retfq
        using var guest = new TestGuest([0x56, 0x57, 0x48, 0xCB]);
        foreach (ushort selector in new ushort[] { 0x0B, 0x23, 0x2B, 0x3B, 0x43, 0x4B, 0x07 })
        {
            guest.Set(general => general with
            {
                Rsi = selector,
                Rdi = TestGuest.CodeStart.Value,
                Rip = TestGuest.CodeStart.Value,
                Rsp = TestGuest.StackTop.Value,
            });
            VcpuState start = guest.Machine.ReadState();

            VmExit exit = guest.Machine.Run();

            Assert.Equal(VmExitKind.Fault, exit.Kind);
            guest.Machine.WriteState(start);
        }
    }
}
