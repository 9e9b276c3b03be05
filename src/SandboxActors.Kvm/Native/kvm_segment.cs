using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>A segment register.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_segment
{
    public ulong @base;
    public uint limit;
    public ushort selector;
    public byte type;
    public byte present;
    public byte dpl;
    public byte db;
    public byte s;
    public byte l;
    public byte g;
    public byte avl;
    public byte unusable;
    public byte padding;
}
