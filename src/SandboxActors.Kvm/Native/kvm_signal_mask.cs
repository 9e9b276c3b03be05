using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>What stands before a signal set of len bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_signal_mask
{
    public uint len;
}
