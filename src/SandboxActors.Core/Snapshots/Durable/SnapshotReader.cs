using System.Collections.Immutable;
using SandboxActors.Core.Image;
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
    private const long MaximumSymbolsSize = ((long)SymbolSections.MaximumSymbols * SymbolSections.SymbolSize) + SymbolSections.MaximumNames;

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
        GuestImage guest = _reader.ReadGuest(_manifest.Symbols is { } symbols ? _directory.ReadBlob(symbols, MaximumSymbolsSize) : default);
        SandboxLayout layout = _reader.ReadLayout(guest);
        var origin = new SnapshotOrigin(document.Machine.Hypervisor, guest, layout, _reader.ReadHostFunctions(), document.Machine.Processor);
        VcpuState? common = null;
        var registers = new KeptRegisters(_reader.ReadRegisters(), ref common);
        PageTree pages = OpenPages(files, guest, FindGuestPages(guest, layout));
        return new Snapshot(sandboxId: 0, origin, document.TakesBatches, pages, registers, OpenRegions(files, layout), files: files);
    }

    // The pages that a guest has something of its own in: its image, and what it may write to. By number from its image's start, as in the file.
    private static PageBitmap FindGuestPages(GuestImage guest, SandboxLayout layout)
    {
        var pages = new PageBitmap((int)((layout.Stack.End - layout.Image.Start) / GuestAddress.PageSize));
        foreach (GuestRange range in guest.Segments.Select(static segment => segment.Pages).Concat([layout.Output, layout.Answers, layout.Heap, layout.Stack]))
        {
            int first = (int)((range.Start - layout.Image.Start) / GuestAddress.PageSize);
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

    // What all sandboxes of a guest share is its image's; the rest is the snapshot's.
    private PageTree OpenPages(SnapshotFiles files, GuestImage guest, PageBitmap allowed)
    {
        PageIndex index = ReadIndex(allowed);
        StoredPages stored = files.OpenPages(_manifest.Memory, index);
        var contents = new StoredPage[index.Contents];
        for (int place = 0; place < contents.Length; place++) contents[place] = new StoredPage(stored, place);
        int shared = (int)(guest.Shared.Pages.Length / GuestAddress.PageSize);
        PageBitmap numbers = allowed;
        numbers.Clear();
        int next = 0;
        for (int entry = 0; entry < index.Pages; entry++)
        {
            int number = (int)index.NumberAt(entry);
            Page content = contents[index.PlaceAt(entry)];
            if (number >= shared)
            {
                numbers.Add(number - shared);
                continue;
            }

            guest.Shared.Add(number, content);
            next = entry + 1; // they come first, since entries are in order
        }

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
