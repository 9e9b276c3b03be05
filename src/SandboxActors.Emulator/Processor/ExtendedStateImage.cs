using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>The XSAVE image of a state (Intel SDM volume 1, section 13.4): where XMM and MXCSR stand in it.</summary>
internal static class ExtendedStateImage
{
    public const int Length = 4096;
    public const int ControlWord = 0;
    public const int StatusWord = 2;
    public const int TagWord = 4;
    public const int X87Registers = 32;
    public const int X87RegisterLength = 16;
    public const uint InitialMxcsr = 0x1F80;

    /// <summary>The bits of MXCSR that exist.</summary>
    public const uint MxcsrMask = 0xFFFF;

    private const int Mxcsr = 24;
    private const int MxcsrMaskOffset = 28;
    private const int VectorRegisters = 160;
    private const int VectorBytes = 256;
    private const int ComponentBitmap = 512;
    private const ulong X87 = 1;
    private const ulong Sse = 2;
    private const ushort InitialControlWord = 0x37F;

    /// <summary>The image of a processor at rest.</summary>
    public static byte[] CreateInitial()
    {
        byte[] image = new byte[Length];
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(ControlWord), InitialControlWord);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(Mxcsr), InitialMxcsr);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(MxcsrMaskOffset), MxcsrMask);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(ComponentBitmap), X87 | Sse);
        return image;
    }

    /// <summary>A copy of the state's image with its registers in it.</summary>
    public static byte[] Save(ProcessorState state)
    {
        byte[] image = [.. state.ExtendedImage];
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(Mxcsr), state.Mxcsr);
        Span<Vector128<byte>> registers = state.Vector;
        MemoryMarshal.AsBytes(registers).CopyTo(image.AsSpan(VectorRegisters));
        return image;
    }

    /// <summary>Takes the registers out of an image. A component that the image marks as unused gets its initial value, as XRSTOR does it.</summary>
    public static void Load(ProcessorState state, ReadOnlySpan<byte> image)
    {
        ulong components = BinaryPrimitives.ReadUInt64LittleEndian(image[ComponentBitmap..]);
        byte[] kept = image.ToArray();
        if ((components & X87) == 0) CreateInitial().AsSpan(0, Mxcsr).CopyTo(kept);
        if ((components & X87) == 0) kept.AsSpan(X87Registers, VectorRegisters - X87Registers).Clear();
        if ((components & Sse) == 0) kept.AsSpan(VectorRegisters, VectorBytes).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(kept.AsSpan(MxcsrMaskOffset), MxcsrMask);
        BinaryPrimitives.WriteUInt64LittleEndian(kept.AsSpan(ComponentBitmap), components | X87 | Sse);
        state.ExtendedImage = kept;
        state.Mxcsr = BinaryPrimitives.ReadUInt32LittleEndian(image[Mxcsr..]) & MxcsrMask;
        Span<Vector128<byte>> registers = state.Vector;
        kept.AsSpan(VectorRegisters, VectorBytes).CopyTo(MemoryMarshal.AsBytes(registers));
    }
}
