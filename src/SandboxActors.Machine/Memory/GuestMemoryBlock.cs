namespace SandboxActors.Machine;

/// <summary>
/// Writable host memory from a <see cref="GuestMemoryArena"/>, zero-filled when it is handed out. A block that nobody disposed goes back to the
/// arena when it is collected; while a machine has it mapped it stays where it is, disposed or not.
/// </summary>
public sealed class GuestMemoryBlock : HostMemory
{
    private readonly GuestMemoryArena _arena;

    internal GuestMemoryBlock(GuestMemoryArena arena, ArenaExtentHandle extent, ulong length)
        : base(extent, length) => _arena = arena;

    /// <summary>Whether the block, or the arena it came from, has been disposed.</summary>
    public override bool IsDisposed => base.IsDisposed || _arena.IsDisposed;

    /// <summary>The bytes of a part, to read and to write. Valid until the block is disposed: use at once, do not keep.</summary>
    /// <param name="offset">In bytes from the start.</param>
    /// <param name="length">In bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    /// <exception cref="ObjectDisposedException">The block, or its arena, has been disposed.</exception>
    public Span<byte> Slice(ulong offset, int length)
    {
        CheckPart(offset, length);
        // SAFETY: [offset, offset + length) lies inside the block, which is mapped readable and writable while the caller holds it undisposed.
        unsafe
        {
            return new Span<byte>((byte*)BaseAddress + offset, length);
        }
    }

    /// <summary>
    /// Shows pages of a file in a part, whatever stood there: none is copied before it is written, and what is written stays in the block. The kernel tells
    /// every live VM of the process, so this is for many pages at a time.
    /// </summary>
    /// <param name="offset">In bytes from the start; whole pages.</param>
    /// <param name="length">In bytes; whole pages.</param>
    /// <param name="file">The file. It may be disposed afterwards.</param>
    /// <param name="fileOffset">Where in the file, in bytes; whole pages.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    /// <exception cref="ObjectDisposedException">The block, or its arena, has been disposed.</exception>
    /// <exception cref="MachineException">The system refused; the block must not be used any more, but disposed.</exception>
    public void MapShared(ulong offset, int length, SharedPageFile file, ulong fileOffset)
    {
        ArgumentNullException.ThrowIfNull(file);
        CheckPart(offset, length);
        ((ArenaExtentHandle)Owner).Show(offset, (ulong)length, file, fileOffset);
    }

    /// <summary>
    /// Gives the pages of a part memory of their own, by writing one byte of each. To be done before anything else with pages that will be written: a page
    /// that is read first is the system's page of zeros, and its first write a copy, of which the kernel tells every live VM of the process. The runtime's own
    /// copying and clearing reads before it writes.
    /// </summary>
    /// <param name="offset">In bytes from the start; of pages that hold nothing but zeros still.</param>
    /// <param name="length">In bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    /// <exception cref="ObjectDisposedException">The block, or its arena, has been disposed.</exception>
    public void Populate(ulong offset, int length)
    {
        Span<byte> part = Slice(offset, length);
        for (int page = 0; page < part.Length; page += GuestAddress.PageSize) part[page] = 0;
    }
}
