using System.Runtime.InteropServices;

namespace SandboxActors.Machine;

/// <summary>
/// Page-aligned host memory that can back a memory slot. Closed: a <see cref="GuestMemoryBlock"/> (anonymous memory) or a <see cref="MappedFile"/>.
/// A span made from it does not keep it alive: hold the object as long as the span is used.
/// </summary>
public abstract class HostMemory : IDisposable
{
    private protected HostMemory(SafeHandle owner, ulong length)
    {
        Owner = owner;
        Length = length;
    }

    /// <summary>The size in bytes, whole pages.</summary>
    public ulong Length { get; }

    /// <summary>Whether the memory has been given back.</summary>
    public virtual bool IsDisposed => Owner.IsClosed;

    /// <summary>
    /// What owns the memory. A hypervisor counts itself in while it has the memory mapped, so that a guest can never reach memory that has a new
    /// tenant, whatever order things are disposed in.
    /// </summary>
    internal SafeHandle Owner { get; }

    /// <summary>The first byte's address in this process, for the hypervisor's use alone.</summary>
    internal nint BaseAddress => Owner.DangerousGetHandle();

    /// <summary>The bytes of a part. Valid until the memory is disposed: use at once, do not keep.</summary>
    /// <param name="offset">In bytes from the start.</param>
    /// <param name="length">In bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public ReadOnlySpan<byte> Read(ulong offset, int length)
    {
        CheckPart(offset, length);
        // SAFETY: [offset, offset + length) lies inside the memory, which is mapped readable while the caller holds it undisposed.
        unsafe
        {
            return new ReadOnlySpan<byte>((byte*)BaseAddress + offset, length);
        }
    }

    /// <summary>
    /// Copies a part, also where the memory itself may be gone (a file that was truncated after it was mapped): then the result is false, where
    /// <see cref="Read"/> would end the process. The memory is held meanwhile, so another thread may dispose it.
    /// </summary>
    /// <remarks>Of a file false, too, where the system forbids a process to read itself through <c>process_vm_readv</c> (some seccomp filters do).</remarks>
    /// <param name="offset">In bytes from the start.</param>
    /// <param name="destination">Where the bytes go; its length is the part's. Its content is undefined if the result is false.</param>
    /// <returns>Whether all bytes were there.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public bool TryRead(ulong offset, Span<byte> destination)
    {
        CheckPart(offset, destination.Length);
        bool held = false;
        try
        {
            Owner.DangerousAddRef(ref held);
            return TryCopy(offset, destination);
        }
        finally
        {
            if (held) Owner.DangerousRelease();
        }
    }

    /// <summary>Gives the memory back; while a machine still has it mapped, when the machine lets go of it.</summary>
    public void Dispose()
    {
        Owner.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected virtual bool TryCopy(ulong offset, Span<byte> destination)
    {
        Read(offset, destination.Length).CopyTo(destination);
        return true;
    }

    private protected void CheckPart(ulong offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)length, Length - offset, nameof(length));
        ObjectDisposedException.ThrowIf(IsDisposed, this);
    }
}
