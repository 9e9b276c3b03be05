using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>A descriptor table register.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_dtable
{
    public ulong @base;
    public ushort limit;
    public fixed ushort padding[3];
}
