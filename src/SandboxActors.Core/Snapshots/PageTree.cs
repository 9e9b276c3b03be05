using System.Numerics;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// What all pages of a guest's memory hold, by page number; immutable. A tree that differs from another in some pages shares the rest with it, so it costs
/// what differs, and what differs between two is found without looking at what they share. Pages of zeros are not in it.
/// </summary>
/// <remarks>
/// 64 children a node, so that a lowest node stands for a word of a <see cref="PageBitmap"/>. Always as deep as the largest guest needs: then any two
/// trees can be compared.
/// </remarks>
internal sealed class PageTree
{
    /// <summary>More pages than any guest has: 64 GiB.</summary>
    public const int Capacity = 1 << (BitsPerLevel * Levels);

    private const int BitsPerLevel = 6;
    private const int Fanout = 1 << BitsPerLevel;
    private const int Levels = 4;
    private const int RootLevel = Levels - 1;

    private readonly PageNode _root;

    private PageTree(PageNode root, bool mayBeStored = false)
    {
        _root = root;
        MayBeStored = mayBeStored;
    }

    /// <summary>Memory that is all zeros.</summary>
    public static PageTree Empty { get; } = new(PageNode.Empty);

    /// <summary>Whether some of its pages may be in a file: <see cref="Page.Fetch"/> can fail.</summary>
    public bool MayBeStored { get; }

    /// <summary>The content of a page.</summary>
    public Page this[int page] => (Page?)FindLowest(page >> BitsPerLevel)?[page & (Fanout - 1)] ?? Page.Zero;

    /// <summary>The lowest node that stands for a word of a bitmap of pages; null if all of them are zeros.</summary>
    public PageNode? FindLowest(int word)
    {
        PageNode? node = _root;
        for (int level = RootLevel - 1; level >= 0 && node is not null; level--)
            node = (PageNode?)node[(word >> (BitsPerLevel * level)) & (Fanout - 1)];
        return node;
    }

    /// <summary>A tree whose pages may be in a file.</summary>
    /// <param name="pages">Which pages there are.</param>
    /// <param name="content">Says what a page holds, given its number; called once a page, from the lowest up.</param>
    public static PageTree OfStored(PageBitmap pages, Func<int, Page> content) =>
        new(Replace(PageNode.Empty, RootLevel, 0, pages.Words, content), mayBeStored: true);

    /// <summary>A tree that holds the same but for some pages.</summary>
    /// <param name="pages">Which pages.</param>
    /// <param name="content">Says what a page holds instead, given its number; called once a page, from the lowest up.</param>
    public PageTree With(PageBitmap pages, Func<int, Page> content)
    {
        PageNode root = Replace(_root, RootLevel, 0, pages.Words, content);
        return ReferenceEquals(root, _root) ? this : new PageTree(root, MayBeStored);
    }

    /// <summary>Whether two trees hold the same; may say no of trees whose pages are equal but not shared.</summary>
    public bool Holds(PageTree other) => ReferenceEquals(_root, other._root);

    /// <summary>Adds to a set the pages that differ between this tree and another.</summary>
    /// <param name="other">The other tree.</param>
    /// <param name="into">Large enough for all pages of both.</param>
    public void AddDifferences(PageTree other, PageBitmap into) => Compare(_root, other._root, RootLevel, 0, into);

    /// <summary>The pages that are not all zeros, from the lowest up.</summary>
    public IEnumerable<(int Number, Page Page)> All() => Enumerate(_root, RootLevel, 0);

    private static IEnumerable<(int Number, Page Page)> Enumerate(PageNode node, int level, int prefix)
    {
        for (ulong rest = node.Present; rest != 0; rest &= rest - 1)
        {
            int place = BitOperations.TrailingZeroCount(rest);
            int number = (prefix << BitsPerLevel) | place;
            if (level == 0)
            {
                yield return (number, (Page)node[place]!);
                continue;
            }

            foreach ((int, Page) below in Enumerate((PageNode)node[place]!, level - 1, number)) yield return below;
        }
    }

    private static PageNode Replace(PageNode node, int level, int prefix, ReadOnlySpan<ulong> words, Func<int, Page> content)
    {
        var children = default(Children);
        bool changed = false;
        for (int place = 0; place < Fanout; place++)
        {
            object? child = children[place] = node[place];
            int number = (prefix << BitsPerLevel) | place;
            if (level == 0)
            {
                if ((words[prefix] >> place & 1) == 0) continue;
                Page page = content(number);
                children[place] = ReferenceEquals(page, Page.Zero) ? null : page;
            }
            else
            {
                if (!HoldsAny(words, level, number)) continue;
                PageNode below = Replace((PageNode?)child ?? PageNode.Empty, level - 1, number, words, content);
                children[place] = below.Present == 0 ? null : below;
            }

            changed |= !ReferenceEquals(children[place], child);
        }

        return changed ? PageNode.Of(children) : node;
    }

    // Whether any page below a node of a level is in the set.
    private static bool HoldsAny(ReadOnlySpan<ulong> words, int level, int number)
    {
        int first = number << (BitsPerLevel * (level - 1));
        if (first >= words.Length) return false;
        return words.Slice(first, Math.Min(1 << (BitsPerLevel * (level - 1)), words.Length - first)).ContainsAnyExcept(0UL);
    }

    private static void Compare(PageNode? one, PageNode? other, int level, int prefix, PageBitmap into)
    {
        if (ReferenceEquals(one, other)) return;
        for (ulong rest = (one?.Present ?? 0) | (other?.Present ?? 0); rest != 0; rest &= rest - 1)
        {
            int place = BitOperations.TrailingZeroCount(rest);
            object? mine = one?[place];
            object? theirs = other?[place];
            if (ReferenceEquals(mine, theirs)) continue;
            if (level == 0) into[prefix] |= 1UL << place;
            else Compare((PageNode?)mine, (PageNode?)theirs, level - 1, (prefix << BitsPerLevel) | place, into);
        }
    }

    [System.Runtime.CompilerServices.InlineArray(Fanout)]
    private struct Children
    {
        private object? _first;
    }
}
