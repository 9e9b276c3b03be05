using System.Buffers.Binary;
using System.Collections.Immutable;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>
/// What the frame pointers on a guest's stack say of who called whom. The guest may have written anything there: every frame must lie inside the
/// stack, be aligned, and lie wholly above the one before, and no more than <see cref="MostFrames"/> are looked at.
/// </summary>
/// <param name="ReturnAddresses">From the innermost call outwards.</param>
/// <param name="End">Why there are no more.</param>
/// <param name="EndedAt">The frame pointer that was not followed.</param>
internal sealed record StackWalk(ImmutableArray<ulong> ReturnAddresses, StackWalkEnd End, ulong EndedAt)
{
    /// <summary>The most frames that are looked at.</summary>
    public const int MostFrames = 128;

    private const int FrameSize = 16;

    /// <summary>Reads guest memory that lies inside the stack.</summary>
    /// <param name="address">Where.</param>
    /// <param name="copy">Where the bytes go.</param>
    public delegate void ReadStack(GuestAddress address, Span<byte> copy);

    /// <summary>Follows the frame pointers.</summary>
    /// <param name="framePointer">Where the innermost frame is: the caller's frame pointer, and above it the return address.</param>
    /// <param name="stack">Where frames may be.</param>
    /// <param name="read">Reads a frame; each is read once.</param>
    public static StackWalk Follow(ulong framePointer, GuestRange stack, ReadStack read)
    {
        Span<byte> frame = stackalloc byte[FrameSize];
        Span<ulong> found = stackalloc ulong[MostFrames];
        int count = 0;
        ulong lowest = 0;
        StackWalkEnd end;
        while (true)
        {
            if (framePointer == 0) end = StackWalkEnd.Outermost;
            else if (framePointer % sizeof(ulong) != 0) end = StackWalkEnd.Misaligned;
            else if (framePointer < stack.Start.Value || framePointer > stack.End.Value - FrameSize) end = StackWalkEnd.OutsideStack;
            else if (framePointer < lowest) end = StackWalkEnd.NotAscending;
            else if (count == MostFrames) end = StackWalkEnd.TooDeep;
            else
            {
                read(new GuestAddress(framePointer), frame);
                ulong returnAddress = BinaryPrimitives.ReadUInt64LittleEndian(frame[sizeof(ulong)..]);
                if (returnAddress != 0)
                {
                    found[count++] = returnAddress;
                    lowest = framePointer + FrameSize;
                    framePointer = BinaryPrimitives.ReadUInt64LittleEndian(frame);
                    continue;
                }

                end = StackWalkEnd.Outermost;
            }

            return new StackWalk([.. found[..count]], end, framePointer);
        }
    }
}
