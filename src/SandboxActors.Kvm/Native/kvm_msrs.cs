using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>What stands before an array of kvm_msr_entry.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_msrs
{
    public uint nmsrs;
    public uint pad;
}
