using System.IO.Hashing;
using System.Security.Cryptography;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// The content of one page of guest memory, immutable. Pages of equal content are one object, whichever sandbox they were copied from, so a page costs
/// its 4 KiB once in a process. One that differs little from another is kept as what differs.
/// </summary>
internal sealed class Page
{
    /// <summary>The page of zeros.</summary>
    public static readonly Page Zero = new(null, new byte[GuestAddress.PageSize]);

    private static readonly WeakSet<Page> Shared = new();

    // Secret and another in every process, so that no guest can choose contents that collide.
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // Bytes of a delta that is not worth looking for a shorter one.
    private const int ShortDelta = 64;

    // Of a page that is kept as what differs: the whole page that it differs from. Never one that is itself kept so.
    private readonly Page? _from;

    // The page's bytes, or a PageDelta.
    private readonly ReadOnlyMemory<byte> _bytes;

    private Page(Page? from, ReadOnlyMemory<byte> bytes)
    {
        _from = from;
        _bytes = bytes;
    }

    /// <summary>Bytes that it takes, of its own.</summary>
    public int StoredBytes => _bytes.Length;

    /// <summary>Whether it is kept whole, and not as what differs from another.</summary>
    public bool IsWhole => _from is null;

    /// <summary>The page with a content, which is copied if it is a new one.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Of(ReadOnlySpan<byte> content) => Of(content, Zero, Zero);

    /// <summary>The page with a content, which is copied if it is a new one.</summary>
    /// <param name="content">A page's bytes.</param>
    /// <param name="like">A page that it may differ little from.</param>
    /// <param name="orLike">Another one, for when it differs by more than a few words from the first; null has it kept whole then.</param>
    public static Page Of(ReadOnlySpan<byte> content, Page like, Page? orLike = null) =>
        content.ContainsAnyExcept((byte)0) ? Shared.GetOrAdd(new Candidate(content, like._from ?? like, orLike?._from ?? orLike)) : Zero;

    /// <summary>A page over bytes that somebody else keeps and nobody changes; it is shared by reference alone.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Over(ReadOnlyMemory<byte> content) => new(null, content);

    /// <summary>Whether a page's bytes are this content.</summary>
    public bool Holds(ReadOnlySpan<byte> content) =>
        _from is null ? _bytes.Span.SequenceEqual(content) : PageDelta.Matches(_from._bytes.Span, _bytes.Span, content);

    /// <summary>Writes the content out.</summary>
    /// <param name="target">A page's bytes.</param>
    public void CopyTo(Span<byte> target)
    {
        if (_from is null)
        {
            _bytes.Span.CopyTo(target);
            return;
        }

        _from._bytes.Span.CopyTo(target);
        PageDelta.Apply(target, _bytes.Span);
    }

    private readonly ref struct Candidate(ReadOnlySpan<byte> content, Page like, Page? orLike) : ICandidate<Page>
    {
        private readonly ReadOnlySpan<byte> _content = content;

        public ulong Hash { get; } = XxHash3.HashToUInt64(content, Seed);

        public bool Matches(Page existing) => existing.Holds(_content);

        public Page Create()
        {
            Span<byte> delta = stackalloc byte[PageDelta.MaximumLength];
            int length = PageDelta.Encode(like._bytes.Span, _content, delta);
            if (length is >= 0 and <= ShortDelta) return new Page(like, delta[..length].ToArray());
            if (orLike is null) return new Page(null, _content.ToArray());
            Span<byte> other = stackalloc byte[PageDelta.MaximumLength];
            int otherLength = PageDelta.Encode(orLike._bytes.Span, _content, other);
            if (otherLength >= 0 && (length < 0 || otherLength < length)) return new Page(orLike, other[..otherLength].ToArray());
            return length >= 0 ? new Page(like, delta[..length].ToArray()) : new Page(null, _content.ToArray());
        }
    }
}
