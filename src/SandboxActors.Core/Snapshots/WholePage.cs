using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>A page that is kept as it is. Where in memory it is kept may change once: <see cref="Gather"/>.</summary>
internal sealed class WholePage : Page
{
    // Bytes that are compared, and copied, at once.
    private const int PartLength = 512;

    private readonly int _offset;

    // Of a page's length if it is the page's own, which may be replaced by a copy of it: who reads takes no lock, and finds the same bytes in either.
    private byte[] _array;
    private bool _isGathered;

    /// <param name="content">A page's bytes, that nobody changes.</param>
    public WholePage(ReadOnlyMemory<byte> content)
    {
        if (!MemoryMarshal.TryGetArray(content, out ArraySegment<byte> part)) part = new ArraySegment<byte>(content.ToArray());
        (_array, _offset) = (part.Array!, part.Offset);
        _isGathered = _array.Length != GuestAddress.PageSize; // somebody else's bytes stay where they are
    }

    public override int StoredBytes => GuestAddress.PageSize;

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Content => Volatile.Read(ref _array).AsMemory(_offset, GuestAddress.PageSize);

    private protected override WholePage? Root => this;

    /// <summary>
    /// Has pages that are read one after the other lie in memory one after the other, as the runtime does with arrays that are made one after the other:
    /// pages of a snapshot lie as they were captured, which is far from each other if few of them are read. Those that were gathered before stay where they
    /// are. Each has an array of its own still, so that none keeps another in memory.
    /// </summary>
    public static void Gather(IEnumerable<WholePage> pages)
    {
        foreach (WholePage page in pages)
        {
            // Two may copy it at once: one of the copies stays, and both are equal.
            if (page._isGathered) continue;
            Volatile.Write(ref page._array, page.Content.ToArray());
            page._isGathered = true;
        }
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
}
