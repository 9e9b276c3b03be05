using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>Saves a snapshot as an OCI image layout.</summary>
/// <param name="snapshot">The snapshot.</param>
/// <param name="progress">Told from 0 to 1 how much is done; may be null.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class SnapshotWriter(Snapshot snapshot, IProgress<double>? progress, CancellationToken cancellation)
{
    private const int ChunkSize = 1 << 20;

    private readonly double _total = Math.Max(1, SizeOf(snapshot));
    private long _done;

    /// <summary>Saves it.</summary>
    /// <returns>The manifest's digest, which vouches for everything.</returns>
    public Digest Save(string directory)
    {
        using var blobs = new BlobWriter(directory);
        var memory = new MemoryWriter(snapshot.Image, snapshot.Pages, Advance);
        (OciDescriptor contents, OciDescriptor index) = memory.Write(blobs);
        OciDescriptor[] symbols = snapshot.Image.SymbolSections.Symbols.IsEmpty ? [] : [blobs.WriteBlob(MediaTypes.Symbols, WriteSymbols)];
        OciDescriptor[] regions = [.. snapshot.Regions.Select(region => WriteRegion(blobs, region))];
        SnapshotDocument document = DocumentWriter.Write(snapshot, memory.Counts, regions);
        OciDescriptor config = blobs.WriteDocument(MediaTypes.Config, document, SnapshotJson.Default.SnapshotDocument);

        // A blob may be that of several regions; a manifest names it once.
        var manifest = new OciManifest(OciIndex.Schema, config, [index, contents, .. symbols, .. regions.Distinct()])
        {
            MediaType = MediaTypes.Manifest,
            ArtifactType = MediaTypes.Snapshot,
        };
        OciDescriptor written = blobs.WriteDocument(MediaTypes.Manifest, manifest, OciJson.Plain.OciManifest) with { ArtifactType = MediaTypes.Snapshot };
        cancellation.ThrowIfCancellationRequested();
        blobs.Publish(written);
        progress?.Report(1);
        return Digest.TryParse(written.Digest, out Digest digest) ? digest : throw new InvalidOperationException("A digest that was written cannot be read.");
    }

    private static long SizeOf(Snapshot snapshot) =>
        (snapshot.Image.AllPages(snapshot.Pages).LongCount() * GuestAddress.PageSize) + snapshot.Regions.Sum(static region => (long)region.Range.Length);

    private void WriteSymbols(Action<ReadOnlySpan<byte>> write)
    {
        write(snapshot.Image.SymbolSections.Symbols.Span);
        write(snapshot.Image.SymbolSections.Names.Span);
    }

    private OciDescriptor WriteRegion(BlobWriter blobs, MappedRegion region) => blobs.WriteBlob(
        MediaTypes.Region,
        write =>
        {
            byte[] chunk = new byte[ChunkSize];
            for (ulong offset = 0; offset < region.Range.Length; offset += ChunkSize)
            {
                Span<byte> piece = chunk.AsSpan(0, (int)Math.Min(ChunkSize, region.Range.Length - offset));
                Read(region, offset, piece);
                write(piece);
                Advance(piece.Length);
            }
        });

    private static void Read(MappedRegion region, ulong offset, Span<byte> piece)
    {
        try
        {
            if (!region.Memory.TryRead(offset, piece))
                throw new SnapshotUnusableException(region.Range, "file was truncated after it was mapped");
        }
        catch (ObjectDisposedException)
        {
            throw new SnapshotUnusableException(region.Range);
        }
    }

    private void Advance(long bytes)
    {
        cancellation.ThrowIfCancellationRequested();
        _done += bytes;
        progress?.Report(Math.Min(1, _done / _total));
    }
}
