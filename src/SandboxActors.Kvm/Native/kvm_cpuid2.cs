using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>What stands before an array of kvm_cpuid_entry2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_cpuid2
{
    public uint nent;
    public uint padding;
}
