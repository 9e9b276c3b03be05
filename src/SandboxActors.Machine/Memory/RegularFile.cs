using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SandboxActors.Machine.Native;

namespace SandboxActors.Machine;

/// <summary>Opens files that somebody else may have prepared: without waiting for a pipe's writer, and not what only looks like a file.</summary>
public static class RegularFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="followLink">Whether its last part may be a symbolic link.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="MachineException">It is a directory, a pipe, or a link that is not to be followed, or the system refused to open it.</exception>
    public static SafeFileHandle Open(string path, bool followLink = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle file = OperatingSystem.IsLinux() ? OpenWithoutWaiting(path, followLink) : OpenElsewhere(path, followLink);
        try
        {
            if ((File.GetAttributes(file) & FileAttributes.Directory) != 0) throw NoFile(path, "a directory");
            _ = RandomAccess.GetLength(file);
            return file;
        }
        catch (NotSupportedException)
        {
            file.Dispose();
            throw NoFile(path, "a pipe or a device");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafeFileHandle OpenWithoutWaiting(string path, bool followLink)
    {
        int flags = LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK | (followLink ? 0 : LibC.O_NOFOLLOW);
        SafeFileHandle file = LibC.open(path, flags);
        if (!file.IsInvalid) return file;
        int errno = Marshal.GetLastPInvokeError();
        file.Dispose();
        throw errno switch
        {
            LibC.ENOENT or LibC.ENOTDIR => new FileNotFoundException($"There is no file '{path}'.", path),
            LibC.ELOOP when !followLink => NoFile(path, "a symbolic link"),
            _ => MachineException.FromErrno($"open '{path}'", errno),
        };
    }

    private static SafeFileHandle OpenElsewhere(string path, bool followLink)
    {
        try
        {
            if (!followLink && (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0) throw NoFile(path, "a symbolic link");
            return File.OpenHandle(path);
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new FileNotFoundException($"There is no file '{path}'.", path, missing);
        }
        catch (Exception refused) when (refused is IOException and not FileNotFoundException or UnauthorizedAccessException)
        {
            throw new MachineException("open", 0, $"'{path}' cannot be opened: {refused.Message}");
        }
    }

    private static MachineException NoFile(string path, string what) => new("open", 0, $"'{path}' is {what}; only a regular file can be opened.");
}
