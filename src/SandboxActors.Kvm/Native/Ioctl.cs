using System.Runtime.CompilerServices;

namespace SandboxActors.Kvm.Native;

/// <summary>ioctl request numbers, computed as the macros of <c>&lt;asm-generic/ioctl.h&gt;</c> do from direction, type, number and size.</summary>
internal static class Ioctl
{
    private const int NumberBits = 8;
    private const int TypeBits = 8;
    private const int SizeBits = 14;
    private const uint Write = 1;
    private const uint Read = 2;

    public static nuint Io(uint type, uint number) => Compute(0, type, number, 0);

    public static nuint Ior<T>(uint type, uint number)
        where T : unmanaged => Compute(Read, type, number, Unsafe.SizeOf<T>());

    public static nuint Iow<T>(uint type, uint number)
        where T : unmanaged => Compute(Write, type, number, Unsafe.SizeOf<T>());

    public static nuint Iowr<T>(uint type, uint number)
        where T : unmanaged => Compute(Read | Write, type, number, Unsafe.SizeOf<T>());

    private static nuint Compute(uint direction, uint type, uint number, int size) =>
        (direction << (NumberBits + TypeBits + SizeBits)) | ((uint)size << (NumberBits + TypeBits)) | (type << NumberBits) | number;
}
