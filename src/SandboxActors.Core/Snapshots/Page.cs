using System.IO.Hashing;
using System.Security.Cryptography;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// The content of one page of guest memory, immutable. Pages of equal content are one object, whichever sandbox they were copied from, so a page costs
/// its 4 KiB once in a process. One that differs little from another is kept as what differs; one of a snapshot that was loaded stays in its file until it is
/// needed.
/// </summary>
internal abstract class Page
{
    /// <summary>The page of zeros.</summary>
    public static readonly Page Zero = Over(new byte[GuestAddress.PageSize]);

    private static readonly WeakSet<Page> Shared = new();

    // Secret and another in every process, so that no guest can choose contents that collide.
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // Bytes of a delta that is not worth looking for a shorter one.
    private const int ShortDelta = 64;

    /// <summary>Bytes that it takes, of its own.</summary>
    public abstract int StoredBytes { get; }

    /// <summary>Whether it is kept whole, and not as what differs from another, nor in a file.</summary>
    public bool IsWhole => this is WholePage;

    // A page in memory that others like it can be kept as what differs from.
    private protected abstract WholePage? Root { get; }

    /// <summary>The page with a content, which is copied if it is a new one.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Of(ReadOnlySpan<byte> content) => Of(content, Zero, Zero);

    /// <summary>The page with a content, which is copied if it is a new one.</summary>
    /// <param name="content">A page's bytes.</param>
    /// <param name="like">A page that it may differ little from.</param>
    /// <param name="orLike">Another one, for when it differs by more than a few words from the first; null has it kept whole then.</param>
    public static Page Of(ReadOnlySpan<byte> content, Page like, Page? orLike = null) =>
        content.ContainsAnyExcept((byte)0) ? Shared.GetOrAdd(new Candidate(content, like.Root ?? Zero.Root!, orLike?.Root)) : Zero;

    /// <summary>A page over bytes that somebody else keeps and nobody changes; it is shared by reference alone.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Over(ReadOnlyMemory<byte> content) => new WholePage(content);

    /// <summary>Whether a page's bytes are its content.</summary>
    public abstract bool Holds(ReadOnlySpan<byte> bytes);

    /// <summary>Copies its content.</summary>
    /// <param name="target">A page's bytes.</param>
    /// <exception cref="SnapshotFormatException">The file that has it is not what it was.</exception>
    public abstract void CopyTo(Span<byte> target);

    /// <summary>Makes a page's bytes its content, of which most or all may stand there already.</summary>
    /// <param name="target">A page's bytes.</param>
    /// <returns>Whether they were not its content.</returns>
    /// <exception cref="SnapshotFormatException">The file that has it is not what it was.</exception>
    public virtual bool PutBack(Span<byte> target)
    {
        if (Holds(target)) return false;
        CopyTo(target);
        return true;
    }

    /// <summary>Copies its content over another's, of which what both have in common may stay.</summary>
    /// <param name="target">A page's bytes.</param>
    /// <param name="held">What they are.</param>
    /// <exception cref="SnapshotFormatException">The file that has it is not what it was.</exception>
    public virtual void CopyOver(Span<byte> target, Page held) => CopyTo(target);

    /// <summary>Has its content in memory from now on, so that no later use of it can fail.</summary>
    /// <exception cref="SnapshotFormatException">The file that has it is not what it was.</exception>
    public virtual void Fetch()
    {
    }

    private readonly ref struct Candidate(ReadOnlySpan<byte> content, WholePage like, WholePage? orLike) : ICandidate<Page>
    {
        private readonly ReadOnlySpan<byte> _content = content;

        public ulong Hash { get; } = XxHash3.HashToUInt64(content, Seed);

        public bool Matches(Page existing) => existing.Holds(_content);

        public Page Create()
        {
            Span<byte> delta = stackalloc byte[PageDelta.MaximumLength];
            int length = PageDelta.Encode(like.Content.Span, _content, delta);
            if (length is >= 0 and <= ShortDelta) return new DifferingPage(like, delta[..length].ToArray());
            if (orLike is null) return Over(_content.ToArray());
            Span<byte> other = stackalloc byte[PageDelta.MaximumLength];
            int otherLength = PageDelta.Encode(orLike.Content.Span, _content, other);
            if (otherLength >= 0 && (length < 0 || otherLength < length)) return new DifferingPage(orLike, other[..otherLength].ToArray());
            return length >= 0 ? new DifferingPage(like, delta[..length].ToArray()) : Over(_content.ToArray());
        }
    }
}
