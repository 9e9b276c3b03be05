using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>Writes what a guest's pages hold: each content once, the pages of zeros not at all, and the index that says which is where.</summary>
/// <param name="guest">The guest, whose shared segments are part of it.</param>
/// <param name="pages">The other pages.</param>
/// <param name="advance">Told of bytes that have been written; throws to end it.</param>
internal sealed class MemoryWriter(GuestImage guest, PageTree pages, Action<long> advance)
{
    private const int ChunkSize = 1 << 20;

    private readonly List<(int Number, int Place)> _places = [];
    private readonly List<Digest> _digests = [];
    private readonly Dictionary<Digest, int> _placeOf = [];

    /// <summary>Pages and different contents that have been written.</summary>
    public SnapshotDocument.PageCounts Counts => new(_places.Count, _digests.Count);

    /// <summary>Writes both blobs.</summary>
    /// <exception cref="SnapshotFormatException">A page is in the file of a snapshot that was loaded, which is not what it was.</exception>
    public (OciDescriptor Memory, OciDescriptor Index) Write(BlobWriter blobs)
    {
        OciDescriptor memory = blobs.WriteBlob(MediaTypes.Memory, WriteContents);
        return (memory, blobs.WriteBlob(MediaTypes.Pages, PageIndex.Encode(_places, _digests)));
    }

    private void WriteContents(Action<ReadOnlySpan<byte>> write)
    {
        byte[] chunk = new byte[ChunkSize];
        int used = 0;
        foreach ((int number, Page page) in guest.AllPages(pages))
        {
            Span<byte> content = chunk.AsSpan(used, GuestAddress.PageSize);
            page.CopyTo(content);
            if (IsNew(number, content)) used += GuestAddress.PageSize;
            if (used < ChunkSize) continue;
            write(chunk);
            advance(used);
            used = 0;
        }

        write(chunk.AsSpan(0, used));
        advance(used);
    }

    private bool IsNew(int number, ReadOnlySpan<byte> content)
    {
        Digest digest = Digest.Of(content);
        bool isNew = _placeOf.TryAdd(digest, _digests.Count);
        if (isNew) _digests.Add(digest);
        _places.Add((number, _placeOf[digest]));
        return isNew;
    }
}
