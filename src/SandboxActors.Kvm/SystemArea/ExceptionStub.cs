using System.Buffers.Binary;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// The only code that runs at CPL0: per vector an <c>out</c> that exits to the host and changes no register. The host finds the vector by the
/// instruction pointer and everything else on the stub's stack.
/// </summary>
internal static class ExceptionStub
{
    /// <summary>The port the stub exits through. It is closed to CPL3.</summary>
    public const ushort Port = 0xE8;

    public const int Length = InterruptTable.VectorCount * Stride;

    /// <summary>
    /// The bytes of the stack page that are used: the frame with an error code, six 8-byte words, and nothing below. An exception inside the stub
    /// would have to push below the page, which is not mapped, so it ends in a triple fault: a shutdown.
    /// </summary>
    public const int FrameLength = 48;

    private const int Stride = 16;

    // out 0xE8, al; hlt; jmp back to the hlt. Behind it breakpoints, which nobody reaches.
    private static ReadOnlySpan<byte> Code => [0xE6, (byte)Port, 0xF4, 0xEB, 0xFD, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC];

    /// <summary>Where the stub's stack starts, downwards.</summary>
    public static GuestAddress StackTop => SystemLayout.Stack + FrameLength;

    public static GuestAddress EntryOf(int vector) => SystemLayout.Stub + (ulong)(vector * Stride);

    /// <summary>Writes the code of all vectors.</summary>
    /// <param name="page">At least <see cref="Length"/> bytes.</param>
    public static void Write(Span<byte> page)
    {
        for (int vector = 0; vector < InterruptTable.VectorCount; vector++) Code.CopyTo(page[(vector * Stride)..]);
    }

    /// <summary>The vector whose code an instruction pointer is in; it may stand at the <c>out</c> or behind it.</summary>
    /// <returns>False if the pointer is outside the stub.</returns>
    public static bool TryGetVector(GuestAddress instructionPointer, out CpuException vector)
    {
        bool inside = instructionPointer >= SystemLayout.Stub && instructionPointer < SystemLayout.Stub + Length;
        vector = inside ? (CpuException)((instructionPointer - SystemLayout.Stub) / Stride) : default;
        return inside;
    }

    /// <summary>Reads what the processor pushed.</summary>
    /// <param name="stack">
    /// The first <see cref="FrameLength"/> bytes of the stack page: error code if the vector has one, RIP, CS, RFLAGS, RSP, SS.
    /// </param>
    /// <param name="vector">The vector.</param>
    /// <param name="pageFaultAddress">CR2.</param>
    public static GuestFault ReadFrame(ReadOnlySpan<byte> stack, CpuException vector, ulong pageFaultAddress) => new(
        vector,
        HasErrorCode(vector) ? BinaryPrimitives.ReadUInt32LittleEndian(stack) : 0,
        new GuestAddress(vector == CpuException.PageFault ? pageFaultAddress : 0),
        new GuestAddress(BinaryPrimitives.ReadUInt64LittleEndian(stack[8..])),
        new GuestAddress(BinaryPrimitives.ReadUInt64LittleEndian(stack[32..])));

    /// <summary>Reads RFLAGS out of what the processor pushed.</summary>
    public static ulong ReadFlags(ReadOnlySpan<byte> stack) => BinaryPrimitives.ReadUInt64LittleEndian(stack[24..]);

    // Intel SDM volume 3, table 6-1; 29 and 30 (#VC, #SX) are in AMD's manual, volume 2, table 8-1.
    private static bool HasErrorCode(CpuException vector) => (int)vector is 8 or (>= 10 and <= 14) or 17 or 21 or 29 or 30;
}
