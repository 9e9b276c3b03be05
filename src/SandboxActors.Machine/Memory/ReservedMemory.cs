using System.Runtime.InteropServices;
using SandboxActors.Machine.Native;

namespace SandboxActors.Machine;

/// <summary>The one mapping behind an arena.</summary>
internal sealed class ReservedMemory : SafeHandle
{
    private ReservedMemory(nint address, ulong length)
        : base(0, ownsHandle: true)
    {
        Length = length;
        SetHandle(address);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The size in bytes.</summary>
    public ulong Length { get; }

    public nint Address => handle;

    /// <summary>Reserves address space; memory comes page by page, zero-filled, when it is touched.</summary>
    /// <param name="length">In bytes, whole pages.</param>
    /// <param name="errno">Why the system refused, if the result is null.</param>
    public static ReservedMemory? TryReserve(ulong length, out int errno)
    {
        if (!OperatingSystem.IsLinux()) return TryAllocate(length, out errno);
        nint address = LibC.mmap(
            0, checked((nuint)length), LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (address == LibC.MAP_FAILED)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        Advise(address, length);
        errno = 0;
        return new ReservedMemory(address, length);
    }

    /// <summary>Shows pages of a file in a part, each until it is written.</summary>
    /// <exception cref="MachineException">The system refused; the part must not be used before it is <see cref="Replace">replaced</see>.</exception>
    public void Show(ulong offset, ulong length, SharedPageFile file, ulong fileOffset)
    {
        nint part = handle + checked((nint)offset);
        const int Flags = LibC.MAP_PRIVATE | LibC.MAP_FIXED | LibC.MAP_NORESERVE;
        if (LibC.mmap(part, (nuint)length, LibC.PROT_READ | LibC.PROT_WRITE, Flags, file.Handle, checked((nint)fileOffset)) == LibC.MAP_FAILED)
            throw MachineException.FromErrno("mmap of shared pages", Marshal.GetLastPInvokeError());
        Advise(part, length);
    }

    /// <summary>Makes a part zero again that shows pages of a file, and gives its memory back to the system.</summary>
    /// <returns>Whether the system did so; otherwise the part must not be used again.</returns>
    public bool Replace(ulong offset, ulong length)
    {
        nint part = handle + checked((nint)offset);
        const int Flags = LibC.MAP_PRIVATE | LibC.MAP_FIXED | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE;
        if (LibC.mmap(part, (nuint)length, LibC.PROT_READ | LibC.PROT_WRITE, Flags, -1, 0) == LibC.MAP_FAILED) return false;
        Advise(part, length);
        return true;
    }

    /// <summary>Makes a part zero again and gives its memory back to the system.</summary>
    /// <returns>Whether the system did so; otherwise the part must not be used again.</returns>
    public unsafe bool Discard(ulong offset, ulong length)
    {
        if (OperatingSystem.IsLinux()) return LibC.madvise(handle + checked((nint)offset), (nuint)length, LibC.MADV_DONTNEED) == 0;
        // SAFETY: the arena passes extents that lie inside the reservation and that nobody uses any more.
        NativeMemory.Clear((byte*)handle + offset, (nuint)length);
        return true;
    }

    protected override unsafe bool ReleaseHandle()
    {
        if (OperatingSystem.IsLinux()) return LibC.munmap(handle, (nuint)Length) == 0;
        // SAFETY: the address came from AlignedAlloc, and the handle releases it once.
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }

    // Advice, so a refusal costs speed or memory but no correctness. Huge pages would make one touched byte of a sandbox cost 2 MiB, and their splitting walks
    // a notifier per live VM; a forked child needs no guest memory, and sharing it would make every later write a copy.
    private static void Advise(nint address, ulong length)
    {
        _ = LibC.madvise(address, (nuint)length, LibC.MADV_NOHUGEPAGE);
        _ = LibC.madvise(address, (nuint)length, LibC.MADV_DONTFORK);
    }

    private static unsafe ReservedMemory? TryAllocate(ulong length, out int errno)
    {
        errno = 0;
        try
        {
            // SAFETY: the memory is cleared over exactly the length it was allocated with.
            void* memory = NativeMemory.AlignedAlloc(checked((nuint)length), GuestAddress.PageSize);
            NativeMemory.Clear(memory, (nuint)length);
            return new ReservedMemory((nint)memory, length);
        }
        catch (OutOfMemoryException)
        {
            errno = LibC.ENOMEM;
            return null;
        }
    }
}
