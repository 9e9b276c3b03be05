using System.IO.Hashing;
using System.Security.Cryptography;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// The content of one page of guest memory, immutable. Pages of equal content are one object, whichever sandbox they were copied from, so a page costs
/// its 4 KiB once in a process; a page of a snapshot that was loaded stays in its file until it is needed.
/// </summary>
internal abstract class Page
{
    /// <summary>The page of zeros.</summary>
    public static readonly Page Zero = Over(new byte[GuestAddress.PageSize]);

    private static readonly WeakSet<Page> Shared = new();

    // Secret and another in every process, so that no guest can choose contents that collide.
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>The page with a content, which is copied if it is a new one.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Of(ReadOnlySpan<byte> content) =>
        content.ContainsAnyExcept((byte)0) ? Shared.GetOrAdd(new Candidate(content)) : Zero;

    /// <summary>A page over bytes that somebody else keeps and nobody changes; it is shared by reference alone.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Over(ReadOnlyMemory<byte> content) => new InMemory(content);

    /// <summary>Whether a page's bytes are its content.</summary>
    public abstract bool Holds(ReadOnlySpan<byte> bytes);

    /// <summary>Copies its content.</summary>
    /// <param name="target">A page's bytes.</param>
    /// <exception cref="SnapshotFormatException">The file that has it is not what it was.</exception>
    public abstract void CopyTo(Span<byte> target);

    /// <summary>Has its content in memory from now on, so that no later use of it can fail.</summary>
    /// <exception cref="SnapshotFormatException">The file that has it is not what it was.</exception>
    public virtual void Fetch()
    {
    }

    private sealed class InMemory(ReadOnlyMemory<byte> content) : Page
    {
        public override bool Holds(ReadOnlySpan<byte> bytes) => bytes.SequenceEqual(content.Span);

        public override void CopyTo(Span<byte> target) => content.Span.CopyTo(target);
    }

    private readonly ref struct Candidate(ReadOnlySpan<byte> content) : ICandidate<Page>
    {
        private readonly ReadOnlySpan<byte> _content = content;

        public ulong Hash { get; } = XxHash3.HashToUInt64(content, Seed);

        public bool Matches(Page existing) => existing.Holds(_content);

        public Page Create() => Over(_content.ToArray());
    }
}
