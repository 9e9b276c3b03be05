using SandboxActors.Core.Image;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>A guest program, read from its ELF file. Immutable; any number of sandboxes on any threads may share one.</summary>
public sealed class GuestImage
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaximumFileSize = 512L << 20;

    private readonly Lazy<PageTree> _initialPages;
    private readonly Lazy<SymbolTable> _symbols;
    private readonly Lazy<IReadOnlyList<GuestFunctionSignature>> _functions;

    private GuestImage(string name, IReadOnlyList<ImageSegment> segments, GuestAddress entry, SymbolSections symbols, bool canStart)
    {
        CanStart = canStart;
        _initialPages = new Lazy<PageTree>(ReadInitialPages);
        _symbols = new Lazy<SymbolTable>(() => new SymbolTable(symbols));
        _functions = new Lazy<IReadOnlyList<GuestFunctionSignature>>(() => FunctionTable.Read(this));
        SymbolSections = symbols;
        Name = name;
        Segments = segments;
        Entry = entry;
        Pages = new GuestRange(segments[0].Pages.Start, segments[^1].Pages.End - segments[0].Pages.Start);
        Shared = new SharedSegments(segments);
    }

    /// <summary>What to call the guest in messages: the file's name, or what was given.</summary>
    public string Name { get; }

    /// <summary>Where the guest starts.</summary>
    public GuestAddress Entry { get; }

    /// <summary>
    /// The functions that its file lists, with their types: empty if it says nothing of them (it was stripped, or is that of a snapshot). A guest may have
    /// others, which it makes known when it runs.
    /// </summary>
    public IReadOnlyList<GuestFunctionSignature> Functions => _functions.Value;

    /// <summary>Whether its file is known; of a snapshot that was loaded only its memory is.</summary>
    internal bool CanStart { get; }

    /// <summary>From the first segment's first page to the last one's end.</summary>
    internal GuestRange Pages { get; }

    /// <summary>From the lowest address up; disjoint.</summary>
    internal IReadOnlyList<ImageSegment> Segments { get; }

    /// <summary>The segments that all sandboxes of the guest share.</summary>
    internal SharedSegments Shared { get; }

    /// <summary>What pages of its sandboxes look like.</summary>
    internal Likenesses Likenesses { get; } = new();

    /// <summary>What the file has for each page behind <see cref="Shared"/>, by number from there.</summary>
    internal PageTree InitialPages => _initialPages.Value;

    /// <summary>What <see cref="Symbols"/> is made from.</summary>
    internal SymbolSections SymbolSections { get; }

    /// <summary>What the file says that its addresses are called; read when it is first asked for.</summary>
    internal SymbolTable Symbols => _symbols.Value;

    /// <summary>Reads a guest from a file.</summary>
    /// <exception cref="GuestImageException">The file is missing, unreadable, or not a statically linked ELF64 executable for x86-64 that keeps code
    /// and data apart.</exception>
    public static GuestImage FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaximumFileSize) throw new GuestImageException(path, $"the file has {stream.Length} bytes, and {MaximumFileSize} are the most");
            byte[] file = new byte[stream.Length];
            stream.ReadExactly(file);
            return Read(path, Path.GetFileNameWithoutExtension(path), file);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GuestImageException(path, "there is no such file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GuestImageException(path, $"the file cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <summary>Reads a guest from a file's bytes.</summary>
    /// <param name="elf">The ELF file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="GuestImageException">They are not a statically linked ELF64 executable for x86-64 that keeps code and data apart.</exception>
    public static GuestImage FromBytes(ReadOnlyMemory<byte> elf, string name = "guest")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Read(name, name, elf);
    }

    /// <summary>A guest whose memory is that of a snapshot: it cannot be started, since nobody has its file.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="segments">Its segments from the lowest address up, disjoint, without content.</param>
    /// <param name="entry">Where it started.</param>
    /// <param name="symbols">What its addresses are called.</param>
    internal static GuestImage OfSnapshot(string name, IReadOnlyList<ImageSegment> segments, GuestAddress entry, SymbolSections symbols) =>
        new(name, segments, entry, symbols, canStart: false);

    private static GuestImage Read(string fullName, string name, ReadOnlyMemory<byte> file)
    {
        (IReadOnlyList<ImageSegment> segments, GuestAddress entry) = new ElfReader(fullName, file).Read();
        return new GuestImage(name, segments, entry, SymbolSections.CopyFrom(file.Span), canStart: true);
    }

    /// <summary>All pages of a guest that are not all zeros, by number from its image's start, from the lowest up.</summary>
    /// <param name="own">Those of its own, behind the shared ones.</param>
    internal IEnumerable<(int Number, Page Page)> AllPages(PageTree own)
    {
        int shared = (int)(Shared.Pages.Length / GuestAddress.PageSize);
        return Shared.AllPages().Concat(own.All().Select(held => (held.Number + shared, held.Page)));
    }

    /// <summary>The segment that holds an address; null if none does.</summary>
    internal ImageSegment? SegmentAt(GuestAddress address) => Segments.FirstOrDefault(segment => segment.Pages.Contains(address));

    /// <summary>The symbol that an address of the image belongs to; null if there is none.</summary>
    internal GuestSymbol? SymbolAt(GuestAddress address) =>
        SegmentAt(address) is { } segment && Symbols.Find(address) is { } symbol && segment.Pages.Contains(symbol.Start) ? symbol : null;

    private PageTree ReadInitialPages()
    {
        var filled = new PageBitmap((int)((Pages.End - Shared.Pages.End) / GuestAddress.PageSize));
        foreach (ImageSegment segment in Segments.Skip(Shared.Count))
        {
            int first = (int)((segment.Pages.Start - Shared.Pages.End) / GuestAddress.PageSize);
            for (int offset = 0; offset < segment.Content.Length; offset += GuestAddress.PageSize) filled.Add(first + (offset / GuestAddress.PageSize));
        }

        return PageTree.Empty.With(filled, InitialPage);
    }

    // Whole pages of the file are used as they are; what the file has only a part of is filled up with zeros.
    private Page InitialPage(int number)
    {
        GuestAddress address = Shared.Pages.End + ((ulong)number * GuestAddress.PageSize);
        ImageSegment segment = Segments.First(segment => segment.Pages.Contains(address));
        ReadOnlyMemory<byte> rest = segment.Content[(int)(address - segment.Pages.Start)..];
        if (rest.Length >= GuestAddress.PageSize && rest.Span[..GuestAddress.PageSize].ContainsAnyExcept((byte)0)) return Page.Over(rest[..GuestAddress.PageSize]);
        Span<byte> whole = stackalloc byte[GuestAddress.PageSize];
        whole.Clear();
        rest.Span[..Math.Min(rest.Length, GuestAddress.PageSize)].CopyTo(whole);
        return Page.Of(whole);
    }
}
