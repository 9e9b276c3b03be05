using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>A memory slot.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_userspace_memory_region
{
    public uint slot;
    public uint flags;
    public ulong guest_phys_addr;
    public ulong memory_size;
    public ulong userspace_addr;
}
