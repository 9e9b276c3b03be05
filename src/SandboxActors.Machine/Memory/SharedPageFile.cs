using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SandboxActors.Machine.Native;

namespace SandboxActors.Machine;

/// <summary>
/// Pages in memory that many blocks can show without a copy of their own: a file without a name, of which a block maps a part privately
/// (<see cref="GuestMemoryBlock.MapShared"/>). A page is copied for a block when it is written there; the file itself never changes once it is mapped.
/// </summary>
public sealed class SharedPageFile : IDisposable
{
    private readonly SafeFileHandle _file;

    private SharedPageFile(SafeFileHandle file) => _file = file;

    internal SafeFileHandle Handle => _file;

    /// <summary>Makes one of zeros; pages take memory when they are written.</summary>
    /// <param name="length">In bytes.</param>
    /// <returns>Null where there is no such thing: on other systems than Linux.</returns>
    /// <exception cref="MachineException">The system refused.</exception>
    public static SharedPageFile? TryCreate(ulong length)
    {
        if (!OperatingSystem.IsLinux()) return null;
        SafeFileHandle file = LibC.memfd_create("guest-pages", LibC.MFD_CLOEXEC);
        if (file.IsInvalid) throw MachineException.FromErrno("memfd_create", Marshal.GetLastPInvokeError());
        if (LibC.ftruncate(file, checked((nint)GuestAddress.RoundUpToPages(length))) == 0) return new SharedPageFile(file);
        int errno = Marshal.GetLastPInvokeError();
        file.Dispose();
        throw MachineException.FromErrno("ftruncate", errno);
    }

    /// <summary>Writes pages, before any is mapped.</summary>
    /// <param name="offset">In bytes from the start.</param>
    /// <param name="content">Whole pages.</param>
    /// <exception cref="IOException">The system refused.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> content) => RandomAccess.Write(_file, content, checked((long)offset));

    /// <summary>Lets it go; what has been mapped of it stays.</summary>
    public void Dispose() => _file.Dispose();
}
