using System.Buffers.Binary;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// Which page of a guest has which content, and what each content's digest is: so that each can be verified by itself, when it is needed. Little-endian:
/// for each page, from the lowest up, its number and the place of its content (<c>u32</c>, <c>u32</c>); then for each place the 32 bytes of its SHA-256.
/// </summary>
/// <remarks>Places are numbered in the order in which pages first use them, so there is one way to write an index.</remarks>
internal sealed class PageIndex
{
    private const int EntrySize = 2 * sizeof(uint);

    private readonly byte[] _bytes;

    private PageIndex(byte[] bytes, int pages, int contents)
    {
        _bytes = bytes;
        Pages = pages;
        Contents = contents;
    }

    /// <summary>How many pages there are.</summary>
    public int Pages { get; }

    /// <summary>How many different contents they have.</summary>
    public int Contents { get; }

    /// <summary>The bytes of an index.</summary>
    public static long SizeOf(long pages, long contents) => (pages * EntrySize) + (contents * Digest.Size);

    /// <summary>Makes the bytes of an index.</summary>
    /// <param name="pages">Number and place of each page.</param>
    /// <param name="digests">The digest of each place's content.</param>
    public static byte[] Encode(IReadOnlyList<(int Number, int Place)> pages, IReadOnlyList<Digest> digests)
    {
        byte[] bytes = new byte[SizeOf(pages.Count, digests.Count)];
        Span<byte> rest = bytes;
        foreach ((int number, int place) in pages)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)number);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[sizeof(uint)..], (uint)place);
            rest = rest[EntrySize..];
        }

        foreach (Digest digest in digests)
        {
            digest.CopyTo(rest);
            rest = rest[Digest.Size..];
        }

        return bytes;
    }

    /// <summary>Takes the bytes of an index. They are not trusted.</summary>
    /// <param name="bytes">The bytes; kept.</param>
    /// <param name="pages">How many pages there must be.</param>
    /// <param name="contents">How many contents there must be.</param>
    /// <param name="allowed">Which pages there may be.</param>
    /// <param name="problem">What is wrong, if the result is null.</param>
    public static PageIndex? Decode(byte[] bytes, int pages, int contents, PageBitmap allowed, out string problem)
    {
        var index = new PageIndex(bytes, pages, contents);
        problem = bytes.LongLength != SizeOf(pages, contents) ? "its page index has another length than its pages need" : index.FindProblem(allowed);
        return problem.Length == 0 ? index : null;
    }

    /// <summary>The number of a page of the guest.</summary>
    /// <param name="entry">Its place among the pages.</param>
    public uint NumberAt(int entry) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(entry * EntrySize));

    /// <summary>The place of a page's content.</summary>
    /// <param name="entry">Its place among the pages.</param>
    public uint PlaceAt(int entry) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan((entry * EntrySize) + sizeof(uint)));

    /// <summary>The digest of a content.</summary>
    public ReadOnlySpan<byte> DigestAt(int place) => _bytes.AsSpan((Pages * EntrySize) + (place * Digest.Size), Digest.Size);

    private string FindProblem(PageBitmap allowed)
    {
        long last = -1;
        uint places = 0;
        for (int entry = 0; entry < Pages; entry++)
        {
            uint number = NumberAt(entry);
            uint place = PlaceAt(entry);
            if (number <= last) return "its pages are not in order";
            if (number >= (uint)allowed.WordCount * PageBitmap.PagesPerWord || !allowed.Contains((int)number))
                return $"it has a page {number}, where its guest has no memory";
            if (place > places || place >= (uint)Contents) return $"its page {number} has a content that is not there";
            if (place == places) places++;
            last = number;
        }

        return places == (uint)Contents ? string.Empty : "it has contents of no page";
    }
}
