using System.Security.Cryptography;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>Reads a blob from end to end and compares its digest.</summary>
internal static class BlobHash
{
    private const int ChunkSize = 1 << 20;

    /// <summary>Verifies a blob.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="blob">The blob.</param>
    /// <param name="look">Given each chunk that was read, with its offset.</param>
    /// <exception cref="SnapshotFormatException">It is not what it was, or cannot be read.</exception>
    public static void Verify(BlobDirectory directory, Blob blob, Action<long, ReadOnlySpan<byte>> look)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[Math.Min(ChunkSize, blob.Length)];
        for (long offset = 0; offset < blob.Length; offset += chunk.Length)
        {
            Span<byte> piece = chunk.AsSpan(0, (int)Math.Min(chunk.Length, blob.Length - offset));
            blob.Read(offset, piece);
            look(offset, piece);
            hash.AppendData(piece);
        }

        if (Digest.Of(hash) != blob.Digest) throw directory.Altered(blob.Name);
    }
}
