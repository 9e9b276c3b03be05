using SandboxActors.Kvm;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Benchmarks;

/// <summary>
/// The floor: a guest of two instructions, <c>out 0xE0, eax</c> and a jump back to it, and a host that does nothing but enter it. What one round
/// costs is what the kernel and the processor charge for
/// an exit, paid from C#.
/// </summary>
internal sealed class BareGuest : IDisposable
{
    private static readonly byte[] Code = [0xE7, 0xE0, 0xEB, 0xFC]; // again: out 0xE0, eax; jmp again
    private static readonly GuestRange Page = new(new GuestAddress(0x40_0000), GuestAddress.PageSize);

    private readonly GuestMemoryBlock _memory;
    private readonly KvmMachine _machine;
    private readonly int _descriptor;

    public BareGuest(KvmHypervisor hypervisor)
    {
        _memory = GuestMemoryArena.Shared.Allocate(Page.Length);
        Code.CopyTo(_memory.Slice(0, Code.Length));
        _machine = (KvmMachine)hypervisor.CreateMachine(new MachineOptions { OpenPorts = [0xE0], Arena = GuestMemoryArena.Shared });
        _machine.MapMemory(0, Page, _memory, trackWrites: false);
        _machine.Protect(Page, MemoryAccess.Read | MemoryAccess.Execute);
        _machine.WriteState(_machine.ReadState() with { General = new GeneralRegisters { Rip = Page.Start.Value, Rflags = 2 } });
        if (_machine.Run().Kind != VmExitKind.Output) throw new InvalidOperationException("The bare guest did not reach its port.");
        _descriptor = _machine.VcpuDescriptor;
    }

    /// <summary>Enters the guest some times with KVM_RUN and nothing else.</summary>
    public void Enter(int times)
    {
        for (int i = 0; i < times; i++)
            if (LibC.ioctl(_descriptor, KvmRequests.KVM_RUN, 0) != 0) throw new InvalidOperationException("KVM_RUN failed.");
    }

    public void Dispose()
    {
        _machine.Dispose();
        _memory.Dispose();
    }
}
