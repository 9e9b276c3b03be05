using Microsoft.Win32.SafeHandles;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// The file of a mapped region. It is mapped at once, which costs nothing, and verified once, before a guest first sees it, which takes as long as its
/// content is. Safe for use from any thread.
/// </summary>
internal sealed class RegionFile : IDisposable
{
    private readonly BlobDirectory _directory;
    private readonly Digest _digest;
    private readonly SafeFileHandle _file;
    private readonly Lock _lock = new();
    private bool _isVerified;

    /// <summary>Takes over a file and maps it.</summary>
    /// <exception cref="MachineException">The system refused to map it.</exception>
    /// <exception cref="PlatformNotSupportedException">This system is not Linux.</exception>
    public RegionFile(BlobDirectory directory, Digest digest, SafeFileHandle file)
    {
        _directory = directory;
        _digest = digest;
        _file = file;
        Memory = MappedFile.Map(file, BlobDirectory.NameOf(digest));
    }

    /// <summary>What guests see.</summary>
    public MappedFile Memory { get; }

    /// <summary>Verifies the file's content, if nobody has done so.</summary>
    /// <param name="advance">Told of bytes that have been verified; throws to end it.</param>
    /// <exception cref="SnapshotFormatException">It is not what it was, or cannot be read.</exception>
    public void Verify(Action<long> advance)
    {
        lock (_lock)
        {
            if (_isVerified) return;
            BlobHash.Verify(_directory, _file, _digest, (long)Memory.FileLength, (_, chunk) => advance(chunk.Length));
            _file.Dispose();
            _isVerified = true;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        Memory.Dispose();
    }
}
