using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>What one number means; its name stands behind it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct kvm_stats_desc
{
    public uint flags;
    public short exponent;
    public ushort size;
    public uint offset;
    public uint bucket_size;
}
