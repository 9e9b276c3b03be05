using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>A page that is kept as it is. Where in memory it is kept may change once: <see cref="Gather"/>.</summary>
/// <remarks>
/// Who reads takes no lock. The offset in an array that many pages share is written before the array is, and neither changes ever after; so whoever sees the
/// array sees the offset, and whoever sees the page's own array finds the same bytes there.
/// </remarks>
internal sealed class WholePage : Page
{
    // Bytes that are compared, and copied, at once.
    private const int PartLength = 512;

    // Of those that are gathered. An array lives as long as any page in it: so not too many. Small enough to be no large object, which are another heap.
    private const int PagesPerArray = 16;

    private static readonly Lock Gathering = new();

    // Of a page's length if it is the page's own.
    private byte[] _array;
    private int _offset;

    /// <param name="content">A page's bytes, that nobody changes.</param>
    public WholePage(ReadOnlyMemory<byte> content)
    {
        if (!MemoryMarshal.TryGetArray(content, out ArraySegment<byte> part)) part = new ArraySegment<byte>(content.ToArray());
        (_array, _offset) = (part.Array!, part.Offset);
    }

    public override int StoredBytes => GuestAddress.PageSize;

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Content
    {
        get
        {
            byte[] array = Volatile.Read(ref _array);
            return array.Length == GuestAddress.PageSize ? array : array.AsMemory(_offset, GuestAddress.PageSize);
        }
    }

    private protected override WholePage? Root => this;

    /// <summary>
    /// Has pages that are read one after the other lie in memory one after the other: pages of a snapshot lie as they were captured, which is far from each
    /// other if few of them are read. Those that were gathered before, with whichever pages, stay where they are; so does the page of zeros, which lives for
    /// ever and would keep what it lies beside.
    /// </summary>
    public static void Gather(IEnumerable<WholePage> pages)
    {
        // A lock for a few at a time: one sandbox with very many pages keeps no other waiting.
        foreach (WholePage[] near in pages.Where(static page => page != Zero).Distinct().Chunk(PagesPerArray))
            lock (Gathering) MoveTogether([.. near.Where(static page => page._array.Length == GuestAddress.PageSize)]);
    }

    /// <summary>Makes a page's bytes a content, of which most or all may stand there already.</summary>
    /// <returns>Whether they were not that content.</returns>
    // Most writes of a guest change few words of a page. Comparing costs what copying would, but leaves what is equal unwritten.
    public static bool PutBack(ReadOnlySpan<byte> content, Span<byte> target)
    {
        bool differed = false;
        for (int at = 0; at < GuestAddress.PageSize; at += PartLength)
        {
            ReadOnlySpan<byte> part = content.Slice(at, PartLength);
            if (part.SequenceEqual(target.Slice(at, PartLength))) continue;
            part.CopyTo(target[at..]);
            differed = true;
        }

        return differed;
    }

    public override bool Holds(ReadOnlySpan<byte> bytes) => bytes.SequenceEqual(Content.Span);

    public override void CopyTo(Span<byte> target) => Content.Span.CopyTo(target);

    public override bool PutBack(Span<byte> target) => PutBack(Content.Span, target);

    private static void MoveTogether(WholePage[] pages)
    {
        if (pages.Length < 2) return;
        byte[] array = GC.AllocateUninitializedArray<byte>(pages.Length * GuestAddress.PageSize);
        for (int i = 0; i < pages.Length; i++)
        {
            WholePage page = pages[i];
            page._array.CopyTo(array, i * GuestAddress.PageSize);
            page._offset = i * GuestAddress.PageSize;
            Volatile.Write(ref page._array, array);
        }
    }
}
