using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// Writes an OCI image layout under another name, and gives it its own when all of it is on the disk: whoever finds a directory by the name it should have,
/// finds all of it. Disposed before, it leaves nothing.
/// </summary>
internal sealed class BlobWriter : IDisposable
{
    // What a guest has in memory is nobody else's to read, unless its owner says so.
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _target;
    private readonly string _parent;
    private readonly string _directory;
    private readonly string _blobs;
    private bool _isPublished;

    /// <summary>Begins.</summary>
    /// <param name="target">The path that the directory shall have.</param>
    /// <exception cref="IOException">There is something already, or no directory above.</exception>
    public BlobWriter(string target)
    {
        _target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        _parent = Path.GetDirectoryName(_target) ?? throw new IOException($"'{target}' cannot be a snapshot's directory: it has no parent.");
        if (!Directory.Exists(_parent)) throw new DirectoryNotFoundException($"There is no directory '{_parent}' to save a snapshot in.");
        ThrowIfThere();
        _directory = Path.Combine(_parent, $".{Path.GetFileName(_target)}.{Guid.NewGuid():N}.saving");
        _blobs = Path.Combine(_directory, "blobs", "sha256");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_directory);
        else Directory.CreateDirectory(_directory, OwnerOnly);
        Directory.CreateDirectory(_blobs);
    }

    /// <summary>Writes a document as a blob.</summary>
    public OciDescriptor WriteDocument<T>(string mediaType, T document, JsonTypeInfo<T> type) => WriteBlob(mediaType, Serialize(document, type));

    /// <summary>Writes a blob.</summary>
    public OciDescriptor WriteBlob(string mediaType, ReadOnlySpan<byte> content)
    {
        Digest digest = Digest.Of(content);
        Write(Path.Combine(_directory, BlobDirectory.NameOf(digest)), content);
        return new OciDescriptor(mediaType, digest.ToString(), content.Length);
    }

    /// <summary>Writes a blob piece by piece.</summary>
    /// <param name="mediaType">What it is.</param>
    /// <param name="pieces">Writes the pieces to what it is given.</param>
    public OciDescriptor WriteBlob(string mediaType, Action<Action<ReadOnlySpan<byte>>> pieces)
    {
        string incoming = Path.Combine(_blobs, "incoming");
        long size = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var file = new FileStream(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            pieces(piece =>
            {
                hash.AppendData(piece);
                file.Write(piece);
                size += piece.Length;
            });
            file.Flush(flushToDisk: true);
        }

        var digest = Digest.Of(hash);
        File.Move(incoming, Path.Combine(_directory, BlobDirectory.NameOf(digest)), overwrite: true); // over itself, if two are equal
        return new OciDescriptor(mediaType, digest.ToString(), size);
    }

    /// <summary>Writes what is no blob, and gives the directory its name.</summary>
    /// <param name="manifest">The manifest's blob.</param>
    /// <exception cref="IOException">There is something already.</exception>
    public void Publish(OciDescriptor manifest)
    {
        var index = new OciIndex(OciIndex.Schema, [manifest]) { MediaType = MediaTypes.Index };
        Write(Path.Combine(_directory, BlobDirectory.IndexFile), Serialize(index, OciJson.Plain.OciIndex));
        Write(Path.Combine(_directory, BlobDirectory.LayoutFile), Serialize(new OciLayout(OciLayout.Version), OciJson.Plain.OciLayout));
        DurableDirectory.Flush(_blobs);
        DurableDirectory.Flush(Path.GetDirectoryName(_blobs)!);
        DurableDirectory.Flush(_directory);
        ThrowIfThere();
        Directory.Move(_directory, _target);
        _isPublished = true;
        DurableDirectory.Flush(_parent);
    }

    public void Dispose()
    {
        if (!_isPublished) Directory.Delete(_directory, recursive: true);
    }

    private static byte[] Serialize<T>(T document, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(document, type), (byte)'\n'];

    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private void ThrowIfThere()
    {
        if (Path.Exists(_target)) throw new IOException($"There is something at '{_target}' already; a snapshot is saved to a new directory.");
    }
}
