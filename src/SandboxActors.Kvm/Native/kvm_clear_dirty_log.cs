using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>Which bits of the dirty log of a slot shall be cleared.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_clear_dirty_log
{
    public uint slot;
    public uint num_pages;
    public ulong first_page;
    public ulong dirty_bitmap;
}
