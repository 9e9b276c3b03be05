using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// The contents of a loaded snapshot's pages, in their file until they are needed. What is read is copied first and the copy is verified, so whatever
/// happens to the file meanwhile, what is used is what was saved. Safe for use from any thread; the file is closed when nobody refers to it any more.
/// </summary>
/// <remarks>
/// Read and not mapped: the system ends a process that reads behind the end of a file which was truncated after it was mapped, and a page that is used
/// must be copied either way, to the guest's memory. The file's pages in the system's cache are shared between processes either way, too.
/// </remarks>
/// <param name="file">The file.</param>
/// <param name="directory">Where the snapshot is, and how to say what is wrong with it.</param>
/// <param name="whole">The digest of all of it.</param>
/// <param name="index">The digests.</param>
internal sealed class StoredPages(SafeFileHandle file, BlobDirectory directory, Digest whole, PageIndex index) : IDisposable
{
    private readonly string _name = BlobDirectory.NameOf(whole);

    /// <summary>The file's length in bytes.</summary>
    public long Length => (long)index.Contents * GuestAddress.PageSize;

    /// <summary>Reads a content and verifies it.</summary>
    /// <param name="place">Which one.</param>
    /// <param name="target">A page's bytes. Undefined after an exception.</param>
    /// <exception cref="SnapshotFormatException">The file is not what it was, or cannot be read.</exception>
    public void Read(int place, Span<byte> target)
    {
        directory.ReadExactly(file, _name, (long)place * GuestAddress.PageSize, target);
        if (!IsContent(place, target)) throw Altered(place);
    }

    /// <summary>Whether bytes are a content; the file is not needed to tell.</summary>
    /// <param name="place">Which one.</param>
    /// <param name="bytes">A page's bytes.</param>
    public bool IsContent(int place, ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        SHA256.HashData(bytes, digest);
        return digest.SequenceEqual(index.DigestAt(place));
    }

    /// <summary>Reads and verifies all contents, and the file as a whole.</summary>
    /// <param name="advance">Told of bytes that have been verified; throws to end it.</param>
    /// <exception cref="SnapshotFormatException">The file is not what it was, or cannot be read.</exception>
    public void Verify(Action<long> advance) => BlobHash.Verify(
        directory,
        file,
        whole,
        Length,
        (offset, chunk) =>
        {
            for (int at = 0; at < chunk.Length; at += GuestAddress.PageSize)
            {
                int place = (int)((offset + at) / GuestAddress.PageSize);
                if (!IsContent(place, chunk.Slice(at, GuestAddress.PageSize))) throw Altered(place);
            }

            advance(chunk.Length);
        });

    public void Dispose() => file.Dispose();

    private SnapshotFormatException Altered(int place) => directory.Refused(
        SnapshotProblem.Altered, $"{_name} was altered: the {GuestAddress.PageSize} bytes at {(long)place * GuestAddress.PageSize} are not those that were saved");
}
