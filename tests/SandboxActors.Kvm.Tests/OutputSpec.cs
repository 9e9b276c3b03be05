using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

public sealed class OutputSpec
{
    [KvmFact]
    public void An_out_to_an_open_port_tells_port_and_value_and_the_next_run_goes_on_behind_it()
    {
        // mov eax, 0x12345678; out 0xE0, eax; inc eax; out 0xE0, eax
        using var guest = new TestGuest([0xB8, 0x78, 0x56, 0x34, 0x12, 0xE7, 0xE0, 0xFF, 0xC0, 0xE7, 0xE0]);

        Assert.Equal(0x12345678u, guest.RunToOutput());
        Assert.Equal(0x12345679u, guest.RunToOutput());
    }

    [KvmFact]
    public void Every_open_port_is_open()
    {
        // mov edx, 0xE1; out dx, eax
        using var guest = new TestGuest([0xBA, 0xE1, 0x00, 0x00, 0x00, 0xEF]);
        guest.Set(general => general with { Rax = 7 });

        Assert.Equal(VmExit.Output(TestGuest.OtherPort, 7), guest.Machine.Run());
    }
}
