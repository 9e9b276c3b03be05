using System.Security.Cryptography;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// The contents of a loaded snapshot's pages, in their file until they are needed. What is read is copied first and the copy is verified, so whatever
/// happens to the file meanwhile, what is used is what was saved. Safe for use from any thread; the file is let go when nobody refers to it any more.
/// </summary>
/// <param name="blob">The file.</param>
/// <param name="index">The digests.</param>
internal sealed class StoredPages(Blob blob, PageIndex index) : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    public long Length => (long)index.Contents * GuestAddress.PageSize;

    /// <summary>Reads a content and verifies it.</summary>
    /// <param name="place">Which one.</param>
    /// <param name="target">A page's bytes. Undefined after an exception.</param>
    /// <exception cref="SnapshotFormatException">The file is not what it was, or cannot be read.</exception>
    public void Read(int place, Span<byte> target)
    {
        blob.Read((long)place * GuestAddress.PageSize, target);
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
    public void Verify(Action<long> advance) => blob.Verify(
        (offset, chunk) =>
        {
            for (int at = 0; at < chunk.Length; at += GuestAddress.PageSize)
            {
                int place = (int)((offset + at) / GuestAddress.PageSize);
                if (!IsContent(place, chunk.Slice(at, GuestAddress.PageSize))) throw Altered(place);
            }

            advance(chunk.Length);
        });

    public void Dispose() => blob.Dispose();

    private SnapshotFormatException Altered(int place) => blob.Altered((long)place * GuestAddress.PageSize, GuestAddress.PageSize);
}
