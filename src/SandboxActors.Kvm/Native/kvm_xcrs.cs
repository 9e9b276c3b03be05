using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>The extended control registers of a vCPU.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_xcrs
{
    public uint nr_xcrs;
    public uint flags;
    public fixed byte xcrs[16 * 16]; // of kvm_xcr
    public fixed ulong padding[16];
}
