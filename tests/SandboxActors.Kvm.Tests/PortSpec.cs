using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

public sealed class PortSpec
{
    public static TheoryData<string, byte[], int> Violations => new()
    {
        { "out 0x80, eax", [0xE7, 0x80], 0x80 },
        { "out dx, eax", [0xEF], 0x3F8 },
        { "rex out dx, al", [0x40, 0xEE], 0x3F8 },
        { "in eax, dx", [0xED], 0x3F8 },
        { "outsd", [0x6F], 0x3F8 },
        { "rep insb", [0xF3, 0x6C], 0x3F8 },
        { "out 0xE0, al", [0xE6, 0xE0], 0xE0 },
        { "out 0xE0, ax", [0x66, 0xE7, 0xE0], 0xE0 },
        { "in eax, 0xE0", [0xE5, 0xE0], 0xE0 },
        { "in al, 0xE0", [0xE4, 0xE0], 0xE0 },
        { "out 0xE2, al: open to the processor, since a 4-byte access to 0xE1 covers it", [0xE6, 0xE2], 0xE2 },
        { "out 0xE8, al: the exception stub's", [0xE6, 0xE8], 0xE8 },
        { "out 0xE8, eax", [0xE7, 0xE8], 0xE8 },
        { "out 0xFF, eax: the last in the bitmap", [0xE7, 0xFF], 0xFF },
    };

    [KvmTheory]
    [MemberData(nameof(Violations))]
    public void Anything_but_one_4_byte_out_to_an_open_port_is_a_violation_that_names_the_port(string instruction, byte[] code, int port)
    {
        Assert.NotEmpty(instruction);
        using var guest = new TestGuest(code);
        guest.Set(general => general with { Rdx = 0x3F8, Rsi = TestGuest.DataStart.Value, Rdi = TestGuest.DataStart.Value, Rcx = 4 });

        VmExit exit = guest.Machine.Run();

        Assert.Equal(VmExitKind.PortViolation, exit.Kind);
        Assert.Equal(port, exit.Port);
        Assert.InRange(exit.Address.Value, TestGuest.CodeStart.Value, TestGuest.CodeStart.Value + (ulong)code.Length);
    }

    [KvmFact]
    public void A_string_of_outs_is_a_violation_or_as_many_single_ones()
    {
        // rep outsd; ud2
        using var guest = new TestGuest([0xF3, 0x6F, 0x0F, 0x0B]);
        guest.Data.Slice(0, 8).Fill(0x11);
        guest.Set(general => general with { Rdx = TestGuest.Port, Rsi = TestGuest.DataStart.Value, Rcx = 2 });

        VmExit exit = guest.Machine.Run();

        if (exit.Kind == VmExitKind.PortViolation)
        {
            Assert.Equal(TestGuest.Port, exit.Port);
            return;
        }

        Assert.Equal(VmExit.Output(TestGuest.Port, 0x1111_1111), exit);
        Assert.Equal(0x1111_1111u, guest.RunToOutput());
        guest.RunToFault(CpuException.InvalidOpcode);
    }

    [KvmTheory]
    [InlineData(0x100)]
    [InlineData(0xFFFF)]
    public void A_port_behind_the_bitmap_is_closed(ushort port)
    {
        // out dx, eax
        using var guest = new TestGuest([0xEF]);
        guest.Set(general => general with { Rdx = port });

        Assert.Equal(VmExit.PortViolation(port, TestGuest.CodeStart), guest.Machine.Run());
    }

    [KvmFact]
    public void A_protection_fault_that_is_no_port_s_stays_one()
    {
        // hlt
        using var guest = new TestGuest([0xF4]);

        Assert.Equal(TestGuest.CodeStart, guest.RunToFault(CpuException.GeneralProtection).InstructionPointer);
    }

    [KvmTheory]
    [InlineData(0xE5)]
    [InlineData(0xE8)]
    [InlineData(0xFD)]
    [InlineData(0x100)]
    public void A_port_whose_access_would_reach_the_stub_s_or_the_end_cannot_be_opened(ushort port)
    {
        var options = new MachineOptions { OpenPorts = [port], Arena = GuestMemoryArena.Shared };

        Assert.Throws<ArgumentException>(() => SharedHypervisor.Kvm.CreateMachine(options));
    }

    [KvmFact]
    public void The_iopl_a_guest_asks_for_opens_nothing()
    {
        // push 0x3202; popfq; out 0x80, eax
        using var guest = new TestGuest([0x68, 0x02, 0x32, 0x00, 0x00, 0x9D, 0xE7, 0x80]);

        Assert.Equal(VmExit.PortViolation(0x80, TestGuest.CodeStart + 6), guest.Machine.Run());
    }
}
