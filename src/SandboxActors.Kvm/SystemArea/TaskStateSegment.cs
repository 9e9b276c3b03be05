using System.Buffers.Binary;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>The 64-bit TSS with its I/O permission bitmap (Intel SDM volume 3, section 8.7; volume 1, section 19.5.2).</summary>
internal static class TaskStateSegment
{
    /// <summary>The ports that the bitmap speaks of; all others lie behind the segment's limit and are closed.</summary>
    public const int PortCount = 0x100;

    /// <summary>
    /// A 4-byte access asks for the bits of four ports, so each open port opens the three behind it for the processor. What a guest does with those
    /// reaches the host as an exit, and is a violation there.
    /// </summary>
    public const int PortsPerAccess = 4;

    private const int StackPointer0 = 4;
    private const int BitmapBase = 102;
    private const int Bitmap = 104;

    /// <summary>The segment's size in bytes: the fixed part, one bit a port, and the byte of ones that the processor demands at the end.</summary>
    public const ushort Length = Bitmap + (PortCount / 8) + 1;

    /// <summary>Writes the segment.</summary>
    /// <param name="segment">At least <see cref="Length"/> bytes of zeros.</param>
    /// <param name="stackTop">Where the stack of CPL0 starts, downwards.</param>
    /// <param name="openPorts">The ports to open, each followed by three more below <see cref="PortCount"/>.</param>
    public static void Write(Span<byte> segment, GuestAddress stackTop, IReadOnlyList<ushort> openPorts)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(segment[StackPointer0..], stackTop.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(segment[BitmapBase..], Bitmap);
        Span<byte> bitmap = segment[Bitmap..Length];
        bitmap.Fill(0xFF);
        foreach (ushort open in openPorts)
        {
            for (int port = open; port < open + PortsPerAccess; port++) bitmap[port / 8] &= (byte)~(1 << (port % 8));
        }
    }
}
