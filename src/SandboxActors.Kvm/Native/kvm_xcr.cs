using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>An extended control register.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_xcr
{
    public uint xcr;
    public uint reserved;
    public ulong value;
}
