using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>Reads a blob from end to end and compares its digest.</summary>
internal static class BlobHash
{
    private const int ChunkSize = 1 << 20;

    /// <summary>Verifies a blob.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="file">The blob, open.</param>
    /// <param name="digest">The digest that it must have.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="look">Given each chunk that was read, with its offset.</param>
    /// <exception cref="SnapshotFormatException">It is not what it was, or cannot be read.</exception>
    public static void Verify(BlobDirectory directory, SafeFileHandle file, Digest digest, long length, Action<long, ReadOnlySpan<byte>> look)
    {
        string name = BlobDirectory.NameOf(digest);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[Math.Min(ChunkSize, length)];
        for (long offset = 0; offset < length; offset += chunk.Length)
        {
            Span<byte> piece = chunk.AsSpan(0, (int)Math.Min(chunk.Length, length - offset));
            directory.ReadExactly(file, name, offset, piece);
            look(offset, piece);
            hash.AppendData(piece);
        }

        if (Digest.Of(hash) != digest) throw directory.Altered(name);
    }
}
