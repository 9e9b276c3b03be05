using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SandboxActors.Machine.Native;

namespace SandboxActors.Machine;

/// <summary>Has names last as files' contents do.</summary>
public static class DurableDirectory
{
    /// <summary>
    /// Waits until what was made, renamed or deleted in a directory is on the disk, as <c>fsync</c> of a file does for its content. Nothing to do on
    /// systems other than Linux, whose directories cannot be opened.
    /// </summary>
    /// <param name="path">The directory's path.</param>
    /// <exception cref="MachineException">The system refused to open it.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Flush(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!OperatingSystem.IsLinux()) return;
        using SafeFileHandle directory = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (directory.IsInvalid) throw MachineException.FromErrno($"open '{path}'", Marshal.GetLastPInvokeError());
        RandomAccess.FlushToDisk(directory);
    }
}
