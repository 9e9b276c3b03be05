using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// Copies of some pages of a guest's memory, immutable once taken: page numbers from the lowest up, each with its content; pages of nothing but zeros
/// have a
/// number and no content.
/// </summary>
internal sealed class PageStore
{
    private const int PagesPerChunk = 256;

    private readonly List<int> _pages = [];
    private readonly List<int> _slots = [];
    private readonly List<byte[]> _chunks = [];
    private int _stored;

    /// <summary>How many pages there are.</summary>
    public int Count => _pages.Count;

    /// <summary>Bytes of page contents held.</summary>
    public ulong StoredBytes => (ulong)_stored * GuestAddress.PageSize;

    /// <summary>The number of the page at an index from 0 to <see cref="Count"/>; numbers rise with the index.</summary>
    public int PageAt(int index) => _pages[index];

    /// <summary>The content of the page at an index; empty for a page of zeros.</summary>
    public ReadOnlySpan<byte> ContentAt(int index) => _slots[index] is >= 0 and int slot
        ? _chunks[slot / PagesPerChunk].AsSpan(slot % PagesPerChunk * GuestAddress.PageSize, GuestAddress.PageSize)
        : [];

    /// <summary>Copies pages.</summary>
    /// <param name="block">The guest's memory.</param>
    /// <param name="pages">Which pages of it.</param>
    /// <param name="isHostOwned">Says of a page number that the host alone writes it, so that it is no part of the guest's state.</param>
    public static PageStore Copy(GuestMemoryBlock block, PageBitmap pages, Func<int, bool> isHostOwned)
    {
        var store = new PageStore();
        int remaining = pages.Count();
        foreach (int page in pages)
        {
            remaining--;
            if (isHostOwned(page)) continue;
            ReadOnlySpan<byte> content = block.Read((ulong)page * GuestAddress.PageSize, GuestAddress.PageSize);
            store._pages.Add(page);
            store._slots.Add(content.ContainsAnyExcept((byte)0) ? store.Add(content, remaining) : -1);
        }

        return store;
    }

    private int Add(ReadOnlySpan<byte> content, int remaining)
    {
        int slot = _stored++;
        if (slot % PagesPerChunk == 0) _chunks.Add(new byte[Math.Min(remaining + 1, PagesPerChunk) * GuestAddress.PageSize]);
        content.CopyTo(_chunks[slot / PagesPerChunk].AsSpan(slot % PagesPerChunk * GuestAddress.PageSize));
        return slot;
    }
}
