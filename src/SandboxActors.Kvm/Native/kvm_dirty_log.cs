using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>Where the dirty log of a slot shall go.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_dirty_log
{
    public uint slot;
    public uint padding1;
    public ulong dirty_bitmap;
}
