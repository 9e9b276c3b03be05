using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>The beginning of what a statistics descriptor reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct kvm_stats_header
{
    public uint flags;
    public uint name_size;
    public uint num_desc;
    public uint id_offset;
    public uint desc_offset;
    public uint data_offset;
}
