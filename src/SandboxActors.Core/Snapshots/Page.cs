using System.IO.Hashing;
using System.Security.Cryptography;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// The content of one page of guest memory, immutable. Pages of equal content are one object, whichever sandbox they were copied from, so a page costs
/// its 4 KiB once in a process.
/// </summary>
internal sealed class Page
{
    /// <summary>The page of zeros.</summary>
    public static readonly Page Zero = new(new byte[GuestAddress.PageSize]);

    private static readonly WeakSet<Page> Shared = new();

    // Secret and another in every process, so that no guest can choose contents that collide.
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly ReadOnlyMemory<byte> _content;

    private Page(ReadOnlyMemory<byte> content) => _content = content;

    /// <summary>Its bytes, <see cref="GuestAddress.PageSize"/> of them.</summary>
    public ReadOnlySpan<byte> Content => _content.Span;

    /// <summary>The page with a content, which is copied if it is a new one.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Of(ReadOnlySpan<byte> content) =>
        content.ContainsAnyExcept((byte)0) ? Shared.GetOrAdd(new Candidate(content)) : Zero;

    /// <summary>A page over bytes that somebody else keeps and nobody changes; it is shared by reference alone.</summary>
    /// <param name="content">A page's bytes.</param>
    public static Page Over(ReadOnlyMemory<byte> content) => new(content);

    private readonly ref struct Candidate(ReadOnlySpan<byte> content) : ICandidate<Page>
    {
        private readonly ReadOnlySpan<byte> _content = content;

        public ulong Hash { get; } = XxHash3.HashToUInt64(content, Seed);

        public bool Matches(Page existing) => existing.Content.SequenceEqual(_content);

        public Page Create() => new(_content.ToArray());
    }
}
