using System.Collections.Immutable;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// Loads a snapshot from a directory that is not trusted. Documents and page index are read and verified, and all sizes compared; the contents of pages
/// stay where they are.
/// </summary>
internal sealed class SnapshotReader
{
    private readonly BlobDirectory _directory;
    private readonly SnapshotManifest _manifest;
    private readonly DocumentReader _reader;

    /// <summary>Reads what a directory says that it holds.</summary>
    /// <param name="path">The directory's path.</param>
    /// <param name="expected">The manifest's digest, if it is known.</param>
    /// <exception cref="SnapshotFormatException">It holds no snapshot that can be used.</exception>
    public SnapshotReader(string path, Digest? expected)
    {
        _directory = new BlobDirectory(Path.GetFullPath(path));
        _manifest = SnapshotManifest.Read(_directory, expected);
        _reader = new DocumentReader(_manifest.Document, _directory);
    }

    /// <summary>Loads it.</summary>
    /// <exception cref="SnapshotFormatException">It is not whole, or cannot be.</exception>
    public Snapshot Load()
    {
        var files = new SnapshotFiles(_directory);
        try
        {
            return Load(files);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private Snapshot Load(SnapshotFiles files)
    {
        SnapshotDocument document = _manifest.Document;
        GuestImage guest = _reader.ReadGuest();
        SandboxLayout layout = _reader.ReadLayout(guest);
        var origin = new SnapshotOrigin(
            layout, _reader.ReadHostFunctions(), document.TakesBatches, document.Machine.Hypervisor, document.Machine.Processor);
        VcpuState registers = _reader.ReadRegisters();
        PageTree pages = OpenPages(files, FindGuestPages(guest, layout));
        return new Snapshot(sandboxId: 0, guest, pages, registers, OpenRegions(files, layout), origin, files);
    }

    // The pages that a guest has something of its own in: its image, and what it may write to.
    private static PageBitmap FindGuestPages(GuestImage guest, SandboxLayout layout)
    {
        var pages = new PageBitmap((int)(layout.Memory.Length / GuestAddress.PageSize));
        foreach (GuestRange range in guest.Segments.Select(static segment => segment.Pages).Concat([layout.Output, layout.Answers, layout.Heap, layout.Stack]))
        {
            int first = (int)(layout.OffsetOf(range.Start) / GuestAddress.PageSize);
            for (int page = 0; page < (int)(range.Length / GuestAddress.PageSize); page++) pages.Add(first + page);
        }

        return pages;
    }

    private PageIndex ReadIndex(PageBitmap allowed)
    {
        (int pages, int contents) = _manifest.Document.Memory;
        if (pages < 0 || contents < 0 || contents > pages || pages > allowed.Count())
            throw _directory.Refused(SnapshotProblem.Malformed, "it has more pages than its guest has memory");
        if (_manifest.Memory.Size != (long)contents * GuestAddress.PageSize)
            throw _directory.Refused(SnapshotProblem.Malformed, "its memory has another length than its pages need");
        byte[] bytes = _directory.ReadBlob(_manifest.Index, PageIndex.SizeOf(pages, contents));
        return PageIndex.Decode(bytes, pages, contents, allowed, out string problem) ?? throw _directory.Refused(SnapshotProblem.Malformed, problem);
    }

    private PageTree OpenPages(SnapshotFiles files, PageBitmap allowed)
    {
        PageIndex index = ReadIndex(allowed);
        StoredPages stored = files.OpenPages(_manifest.Memory, index);
        var contents = new StoredPage[index.Contents];
        for (int place = 0; place < contents.Length; place++) contents[place] = new StoredPage(stored, place);
        PageBitmap numbers = allowed;
        numbers.Clear();
        for (int entry = 0; entry < index.Pages; entry++) numbers.Add((int)index.NumberAt(entry));
        int next = 0;
        return PageTree.OfStored(numbers, _ => contents[index.PlaceAt(next++)]);
    }

    private ImmutableArray<MappedRegion> OpenRegions(SnapshotFiles files, SandboxLayout layout)
    {
        var regions = ImmutableArray.CreateBuilder<MappedRegion>();
        foreach ((GuestRange range, MemoryAccess access, string digest) in _reader.ReadRegions(layout))
        {
            if (!_manifest.Regions.TryGetValue(digest, out OciDescriptor? blob) || (ulong)blob.Size != range.Length)
                throw _directory.Refused(SnapshotProblem.Malformed, $"its manifest names nothing that could be mapped at {range}");
            regions.Add(new MappedRegion(range, access, files.OpenRegion(blob)));
        }

        if (files.RegionCount != _manifest.Regions.Count)
            throw _directory.Refused(SnapshotProblem.Malformed, "its manifest names a region that is mapped nowhere");
        return regions.ToImmutable();
    }
}
