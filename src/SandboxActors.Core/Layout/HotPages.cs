using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Layout;

/// <summary>
/// The pages that restores of one snapshot find changed again and again, with what they are put back to, in one list. Found once, and gathered in memory: so a
/// restore reads contents that lie side by side, and no tree and no object before each. Where many pages are written all over a large memory, that is half
/// of what it takes. Used by the sandbox's one caller.
/// </summary>
internal sealed class HotPages
{
    /// <summary>With fewer, all that they need is in the processor's caches anyway.</summary>
    public const int Fewest = 16;

    private readonly PageTree _contents;
    private readonly PageBitmap _pages;
    private readonly Entry[] _entries;

    /// <param name="contents">What all pages are put back to.</param>
    /// <param name="pages">Which pages; they are copied.</param>
    public HotPages(PageTree contents, PageBitmap pages)
    {
        _contents = contents;
        _pages = new PageBitmap(pages.WordCount * PageBitmap.PagesPerWord);
        _pages.UnionWith(pages);
        var entries = new List<(int Number, Page Page)>();
        foreach (int page in pages) entries.Add((page, contents[page]));
        WholePage.Gather(entries.Select(static entry => entry.Page).OfType<WholePage>());
        _entries = [.. entries.Select(static entry => new Entry(entry.Number, entry.Page, entry.Page is WholePage whole ? whole.Content : default))];
    }

    /// <summary>Whether it says what to put back where all pages are put back to some contents.</summary>
    public bool IsOf(PageTree contents) => ReferenceEquals(_contents, contents);

    /// <summary>Whether it is of some contents, and these pages and no others.</summary>
    public bool IsOf(PageTree contents, PageBitmap pages) => IsOf(contents) && _pages.Words.SequenceEqual(pages.Words);

    /// <summary>The pages of a word of a bitmap that are not in it.</summary>
    public ulong Without(int word, ulong pages) => pages & ~_pages[word];

    /// <summary>Puts back those of its pages that may differ.</summary>
    /// <param name="suspects">All that may differ.</param>
    /// <param name="block">The guest's memory.</param>
    /// <param name="changed">Is added those that did.</param>
    /// <returns>How many did not.</returns>
    public int PutBack(PageBitmap suspects, GuestMemoryBlock block, PageBitmap changed)
    {
        int vain = 0;
        foreach (ref readonly Entry entry in _entries.AsSpan())
        {
            if (!suspects.Contains(entry.Number)) continue;
            Span<byte> target = block.Slice((ulong)entry.Number * GuestAddress.PageSize, GuestAddress.PageSize);
            bool differed = entry.Content.IsEmpty ? entry.Page.PutBack(target) : WholePage.PutBack(entry.Content.Span, target);
            if (differed) changed.Add(entry.Number);
            else vain++;
        }

        return vain;
    }

    // The content is a whole page's; others have none here.
    private readonly record struct Entry(int Number, Page Page, ReadOnlyMemory<byte> Content);
}
