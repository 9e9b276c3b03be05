using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace SandboxActors.Core.Snapshots;

/// <summary>The processor that this process runs on.</summary>
internal static class HostProcessor
{
    /// <summary>Who made it, as leaf 0 of CPUID says (<c>GenuineIntel</c>, <c>AuthenticAMD</c>); empty if it is no x86.</summary>
    public static string Vendor { get; } = X86Base.IsSupported ? ReadVendor() : string.Empty;

    private static string ReadVendor()
    {
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        Span<byte> name = stackalloc byte[3 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(name, ebx);
        BinaryPrimitives.WriteInt32LittleEndian(name[4..], edx);
        BinaryPrimitives.WriteInt32LittleEndian(name[8..], ecx);
        return Encoding.ASCII.GetString(name);
    }
}
