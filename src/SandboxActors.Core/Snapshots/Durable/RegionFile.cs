using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// The file of a mapped region: mapped at once, which costs nothing, and verified once, before a guest first sees it, which takes as long as its content is.
/// Safe for use from any thread.
/// </summary>
internal sealed class RegionFile : IDisposable
{
    private readonly Blob _blob;
    private readonly Lock _lock = new();
    private bool _isVerified;

    /// <summary>Takes over a blob.</summary>
    /// <exception cref="PlatformNotSupportedException">This system has no mappings.</exception>
    public RegionFile(Blob blob)
    {
        _blob = blob;
        Memory = blob.Memory ?? throw new PlatformNotSupportedException("The snapshot has mapped regions, and this system maps no files.");
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
            _blob.Verify((_, chunk) => advance(chunk.Length));
            _isVerified = true;
        }
    }

    public void Dispose() => _blob.Dispose();
}
