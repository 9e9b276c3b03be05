using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>A capability to switch on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_enable_cap
{
    public uint cap;
    public uint flags;
    public fixed ulong args[4];
    public fixed byte pad[64];
}
