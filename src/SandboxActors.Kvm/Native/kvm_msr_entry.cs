using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>A model-specific register.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_msr_entry
{
    public uint index;
    public uint reserved;
    public ulong data;
}
