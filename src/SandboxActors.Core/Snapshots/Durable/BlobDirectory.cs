using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// Reads an OCI image layout that nobody vouches for: only regular files, never through a link, never more of one than was said; and says what is wrong
/// with it.
/// </summary>
/// <param name="path">The directory's path.</param>
internal sealed class BlobDirectory(string path)
{
    /// <summary>The longest document that is read, in bytes.</summary>
    public const int MaximumDocumentSize = 1 << 20;

    public const string LayoutFile = "oci-layout";
    public const string IndexFile = "index.json";

    private static readonly string[] BlobFolders = ["blobs", Path.Combine("blobs", "sha256")];

    /// <summary>Where a blob is, from the directory on.</summary>
    public static string NameOf(Digest digest) => Path.Combine("blobs", "sha256", digest.Hexadecimal);

    /// <summary>The exception that says what is wrong.</summary>
    /// <param name="problem">The kind of problem.</param>
    /// <param name="details">What is wrong, as the end of a sentence.</param>
    /// <param name="inner">What the system said, if it did.</param>
    public SnapshotFormatException Refused(SnapshotProblem problem, string details, Exception? inner = null) => new(path, problem, details, inner);

    /// <summary>Tests that this is an OCI image layout.</summary>
    /// <exception cref="SnapshotFormatException">It is none, or of another version.</exception>
    public void CheckLayout()
    {
        if (!Directory.Exists(path)) throw Refused(SnapshotProblem.NotFound, "there is no such directory");
        if (ReadDocument(LayoutFile, OciJson.Plain.OciLayout).ImageLayoutVersion != OciLayout.Version)
            throw Refused(SnapshotProblem.UnsupportedVersion, $"{LayoutFile} says another version than {OciLayout.Version}");
        foreach (string folder in BlobFolders)
        {
            if (new DirectoryInfo(Path.Combine(path, folder)) is { Exists: true, LinkTarget: not null })
                throw Refused(SnapshotProblem.Malformed, $"{folder} is a symbolic link");
        }
    }

    /// <summary>Reads one of the two documents that are no blobs.</summary>
    /// <exception cref="SnapshotFormatException">It is not there or not what it should be.</exception>
    public T ReadDocument<T>(string name, JsonTypeInfo<T> type)
        where T : class
    {
        using SafeFileHandle file = Open(name, SnapshotProblem.NotASnapshot);
        long length = RandomAccess.GetLength(file);
        if (length is 0 or > MaximumDocumentSize)
            throw Refused(SnapshotProblem.NotASnapshot, $"{name} has {length} bytes, and such a document has from 1 to {MaximumDocumentSize}");
        byte[] content = new byte[length];
        ReadExactly(file, name, 0, content);
        return Parse(content, name, type);
    }

    /// <summary>Reads a blob whole and verifies it.</summary>
    /// <param name="descriptor">What is said of it.</param>
    /// <param name="maximum">The most bytes that it may have.</param>
    /// <exception cref="SnapshotFormatException">It is not there or not what is said of it.</exception>
    public byte[] ReadBlob(OciDescriptor descriptor, long maximum)
    {
        if (descriptor.Size > maximum)
            throw Refused(SnapshotProblem.Malformed, $"a blob is said to have {descriptor.Size} bytes, and {maximum} are the most");
        using SafeFileHandle file = OpenBlob(descriptor, out Digest digest);
        byte[] content = GC.AllocateUninitializedArray<byte>((int)descriptor.Size); // all of it is read, or none of it is seen
        ReadExactly(file, NameOf(digest), 0, content);
        return Digest.Of(content) == digest ? content : throw Altered(NameOf(digest));
    }

    /// <summary>Opens a blob that has the size it should have; its content is not looked at.</summary>
    /// <exception cref="SnapshotFormatException">It is not there or not what is said of it.</exception>
    public SafeFileHandle OpenBlob(OciDescriptor descriptor, out Digest digest)
    {
        if (!Digest.TryParse(descriptor.Digest, out digest))
            throw Refused(SnapshotProblem.Malformed, "a digest is not sha256 and 64 hexadecimal digits");
        if (descriptor.Size < 0) throw Refused(SnapshotProblem.Malformed, "a size is below zero");
        string name = NameOf(digest);
        SafeFileHandle file = Open(name, SnapshotProblem.Truncated);
        long length = RandomAccess.GetLength(file);
        if (length == descriptor.Size) return file;
        file.Dispose();
        throw WrongLength(digest, length, descriptor.Size);
    }

    /// <summary>The exception for a blob that has another length than it was saved with.</summary>
    public SnapshotFormatException WrongLength(Digest digest, long length, long saved) =>
        Refused(SnapshotProblem.Truncated, $"{NameOf(digest)} has {length} bytes, and was saved with {saved}");

    /// <summary>Reads a part of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="offset">In bytes from its start.</param>
    /// <param name="target">Where the bytes go.</param>
    /// <exception cref="SnapshotFormatException">It has fewer bytes, or the system refused.</exception>
    public void ReadExactly(SafeFileHandle file, string name, long offset, Span<byte> target)
    {
        try
        {
            while (!target.IsEmpty)
            {
                int read = RandomAccess.Read(file, target, offset);
                if (read == 0) throw Refused(SnapshotProblem.Truncated, $"{name} was truncated: it ends before byte {offset + target.Length}");
                target = target[read..];
                offset += read;
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Refused(SnapshotProblem.Unreadable, $"{name} cannot be read ({refused.Message.TrimEnd('.')})", refused);
        }
    }

    /// <summary>The exception for a file whose content has another digest.</summary>
    public SnapshotFormatException Altered(string name) => Refused(SnapshotProblem.Altered, $"{name} was altered: its content has another digest");

    /// <summary>Reads a document.</summary>
    /// <exception cref="SnapshotFormatException">It is none.</exception>
    public T Parse<T>(ReadOnlySpan<byte> content, string name, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw Refused(SnapshotProblem.Malformed, $"{name} says nothing");
        }
        catch (JsonException wrong)
        {
            // Not in JSON's words, which repeat what stands in the file.
            throw Refused(
                SnapshotProblem.Malformed,
                $"{name} is not the document that it should be (line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1})",
                wrong);
        }
    }

    private SafeFileHandle Open(string name, SnapshotProblem ifMissing)
    {
        try
        {
            return RegularFile.Open(Path.Combine(path, name));
        }
        catch (FileNotFoundException missing)
        {
            throw Refused(ifMissing, $"{name} is missing", missing);
        }
        catch (MachineException refused)
        {
            throw Refused(refused.Errno == 0 ? SnapshotProblem.Malformed : SnapshotProblem.Unreadable, refused.Message.TrimEnd('.'), refused);
        }
    }
}
