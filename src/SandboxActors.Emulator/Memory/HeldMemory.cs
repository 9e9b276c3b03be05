using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>
/// Host memory that a slot counts itself in to: it stays where it is until this is disposed, even if its owner disposes it before. Reads and writes
/// are tested against the length, by the span where there is one and by <see cref="SafeBuffer"/> where there is none any more.
/// </summary>
internal sealed class HeldMemory : SafeBuffer
{
    private readonly HostMemory _memory;

    private HeldMemory(HostMemory memory)
        : base(ownsHandle: true)
    {
        _memory = memory;
        SetHandle(memory.BaseAddress);
        Initialize(memory.Length);
    }

    /// <summary>The length in bytes.</summary>
    public ulong Length => _memory.Length;

    /// <summary>Counts in.</summary>
    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public static HeldMemory Hold(HostMemory memory)
    {
        bool held = false;
        memory.Owner.DangerousAddRef(ref held);
        return new HeldMemory(memory);
    }

    /// <summary>The bytes of a part, if they can be had without copying: if it is a block's, and not disposed.</summary>
    public bool TrySlice(ulong offset, int length, out Span<byte> bytes)
    {
        bytes = default;
        if (_memory is not GuestMemoryBlock block || block.IsDisposed) return false;
        try
        {
            bytes = block.Slice(offset, length);
            return true;
        }
        catch (ObjectDisposedException)
        {
            // Disposed between the question and the answer, by another thread: the memory itself is still held here.
            return false;
        }
    }

    /// <summary>Copies a part out.</summary>
    /// <returns>False if it is a file's and gone.</returns>
    public bool TryRead(ulong offset, Span<byte> destination)
    {
        if (TrySlice(offset, destination.Length, out Span<byte> bytes))
        {
            bytes.CopyTo(destination);
            return true;
        }

        if (_memory is GuestMemoryBlock)
        {
            ReadSpan(offset, destination);
            return true;
        }

        try
        {
            return _memory.TryRead(offset, destination);
        }
        catch (ObjectDisposedException)
        {
            // Read without the kernel's help, a page of a file that is gone would end the process. So a file that was disposed is gone altogether.
            return false;
        }
    }

    /// <summary>Copies a part in. For blocks; no guest can write to a file.</summary>
    public void Write(ulong offset, ReadOnlySpan<byte> source)
    {
        if (TrySlice(offset, source.Length, out Span<byte> bytes)) source.CopyTo(bytes);
        else WriteSpan(offset, source);
    }

    protected override bool ReleaseHandle()
    {
        _memory.Owner.DangerousRelease();
        return true;
    }
}
