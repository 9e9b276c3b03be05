using SandboxActors.Core.Snapshots.Durable;

namespace SandboxActors.Core;

// Saving to a directory and loading from there: docs/snapshots.md.
public sealed partial class Snapshot
{
    /// <summary>Saves it to a new directory, an OCI image layout that holds all that another process needs to go on from here.</summary>
    /// <param name="directory">The directory's path. It appears when everything is on the disk, or not at all.</param>
    /// <returns>The digest of its manifest (<c>sha256:...</c>), which vouches for every byte: see <see cref="Load(string, string)"/>.</returns>
    /// <exception cref="IOException">There is something at the path already, no directory above it, or the system refused; nothing is left behind.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused; nothing is left behind.</exception>
    /// <exception cref="SandboxActors.Machine.MachineException">The system refused; nothing is left behind.</exception>
    /// <exception cref="SnapshotUnusableException">A mapped region's memory is gone; nothing is left behind.</exception>
    /// <exception cref="SnapshotFormatException">Pages are in the file of a snapshot that was loaded, which is not what it was; nothing is left
    /// behind.</exception>
    public string Save(string directory) => Save(directory, progress: null, CancellationToken.None);

    /// <summary>Saves it to a new directory, and tells how far that is.</summary>
    /// <param name="directory">The directory's path. It appears when everything is on the disk, or not at all.</param>
    /// <param name="progress">Told, on the thread that saves, from 0 to 1 how much is done.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <inheritdoc cref="Save(string)"/>
    public string Save(string directory, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return new SnapshotWriter(this, progress, cancellationToken).Save(directory).ToString();
    }

    /// <summary>
    /// Loads a snapshot that was saved. It takes milliseconds whatever its size: what pages hold is read and verified when it is needed, so the directory
    /// must stay as it is meanwhile; if it does not, whoever needs such a page gets a <see cref="SnapshotFormatException"/>.
    /// </summary>
    /// <remarks>Its file stays open, and the files of its mapped regions mapped, until nobody refers to it or to a sandbox that went on from it.</remarks>
    /// <param name="directory">The directory's path.</param>
    /// <exception cref="SnapshotFormatException">It holds no snapshot that can be used; the exception says why.</exception>
    /// <exception cref="PlatformNotSupportedException">It has mapped regions, and this system is not Linux.</exception>
    public static Snapshot Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return new SnapshotReader(directory, expected: null).Load();
    }

    /// <summary>Loads the snapshot that was saved with a digest, and no other.</summary>
    /// <param name="directory">The directory's path.</param>
    /// <param name="digest">What <see cref="Save(string)"/> returned.</param>
    /// <exception cref="ArgumentException">That is no digest.</exception>
    /// <inheritdoc cref="Load(string)"/>
    public static Snapshot Load(string directory, string digest)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Digest.TryParse(digest, out Digest expected))
            throw new ArgumentException("A digest is sha256: and 64 hexadecimal digits in lower case.", nameof(digest));
        return new SnapshotReader(directory, expected).Load();
    }

    /// <summary>Reads all of a saved snapshot and verifies it.</summary>
    /// <param name="directory">The directory's path.</param>
    /// <exception cref="SnapshotFormatException">It cannot be used; the exception says why.</exception>
    public static void Verify(string directory) => Verify(directory, progress: null, CancellationToken.None);

    /// <summary>Reads all of a saved snapshot and verifies it, and tells how far that is.</summary>
    /// <param name="directory">The directory's path.</param>
    /// <param name="progress">Told, on the thread that verifies, from 0 to 1 how much is done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <inheritdoc cref="Verify(string)"/>
    public static void Verify(string directory, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        long done = 0;
        using SnapshotFiles files = new SnapshotReader(directory, expected: null).Load()._files!;
        files.Verify((bytes, total) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            done += bytes;
            progress?.Report(Math.Min(1, done / (double)total));
        });
    }
}
