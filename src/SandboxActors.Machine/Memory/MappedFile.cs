using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SandboxActors.Machine.Native;

namespace SandboxActors.Machine;

/// <summary>
/// A file's content as host memory: opened read-only, mapped private, so that nothing that happens here reaches the file. The mapping is rounded up
/// to whole pages with zeros. A mapping that nobody disposed is unmapped when it is collected.
/// </summary>
/// <remarks>
/// The file is not copied: whoever changes it changes what is seen here, and a page behind the end of a file that was truncated afterwards is gone.
/// A guest that reaches it ends in <see cref="VmExitKind.LostMemory"/>; the host must not read such a page (the system answers with SIGBUS).
/// </remarks>
public sealed class MappedFile : HostMemory
{
    private const string NeedsLinux = "Files are mapped with mmap, which this system does not have.";

    private MappedFile(MappingHandle mapping, ulong length, ulong fileLength)
        : base(mapping, length) => FileLength = fileLength;

    /// <summary>The file's own length in bytes when it was opened; <see cref="HostMemory.Length"/> is this, rounded up to whole pages.</summary>
    public ulong FileLength { get; }

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="MachineException">It is empty, a directory or no regular file, or the system refused to open or to map it.</exception>
    /// <exception cref="PlatformNotSupportedException">This system is not Linux.</exception>
    public static MappedFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException(NeedsLinux);
        using SafeFileHandle file = RegularFile.Open(path, followLink: true);
        return Map(file, path);
    }

    /// <summary>Maps a file that is open. The mapping keeps the file; the descriptor may be closed.</summary>
    /// <param name="file">The file, opened for reading.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="MachineException">It is empty, or the system refused to map it.</exception>
    /// <exception cref="PlatformNotSupportedException">This system is not Linux.</exception>
    public static MappedFile Map(SafeFileHandle file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException(NeedsLinux);
        long fileLength = RandomAccess.GetLength(file);
        if (fileLength <= 0) throw new MachineException("mmap", 0, $"'{path}' is empty; there is nothing to map.");
        ulong length = GuestAddress.RoundUpToPages((ulong)fileLength);
        nint address = LibC.mmap(0, checked((nuint)length), LibC.PROT_READ, LibC.MAP_PRIVATE, file, 0);
        if (address == LibC.MAP_FAILED) throw MachineException.FromErrno($"mmap '{path}'", Marshal.GetLastPInvokeError());
        return new MappedFile(new MappingHandle(address, (nuint)length), length, (ulong)fileLength);
    }

    private protected override unsafe bool TryCopy(ulong offset, Span<byte> destination)
    {
        if (destination.IsEmpty) return true;
        // SAFETY: both vectors describe memory of this process that is alive during the call; the kernel checks every page and reports one that is
        // gone as EFAULT, where a plain read would end the process with SIGBUS.
        fixed (byte* target = destination)
        {
            var local = new iovec { iov_base = (nint)target, iov_len = (nuint)destination.Length };
            var remote = new iovec { iov_base = BaseAddress + checked((nint)offset), iov_len = (nuint)destination.Length };
            return LibC.process_vm_readv(Environment.ProcessId, &local, 1, &remote, 1, 0) == destination.Length;
        }
    }
}
