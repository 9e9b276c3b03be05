using System.Numerics;
using System.Runtime.CompilerServices;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// A node of a <see cref="PageTree"/>: up to 64 children, of which only those that there are take room. Immutable; nodes with the same children are one
/// object.
/// </summary>
internal sealed class PageNode
{
    private static readonly WeakSet<PageNode> Shared = new();

    private readonly object[] _children;

    private PageNode(ulong present, object[] children)
    {
        Present = present;
        _children = children;
    }

    /// <summary>The node without children.</summary>
    public static PageNode Empty { get; } = new(0, []);

    /// <summary>One bit a child that there is.</summary>
    public ulong Present { get; }

    /// <summary>The child at a place from 0 to 63, or null: another node, or at the lowest level a <see cref="Page"/>.</summary>
    public object? this[int place] => (Present >> place & 1) == 0 ? null : _children[BitOperations.PopCount(Present & ((1UL << place) - 1))];

    /// <summary>The node with some children.</summary>
    /// <param name="children">64 places; null where there is none.</param>
    public static PageNode Of(ReadOnlySpan<object?> children)
    {
        ulong present = 0;
        var hash = default(HashCode);
        for (int place = 0; place < children.Length; place++)
        {
            if (children[place] is not { } child) continue;
            present |= 1UL << place;
            hash.Add(RuntimeHelpers.GetHashCode(child));
        }

        // Two halves, since one hash has 32 bits: identities of children are well mixed, and which of them there are is as good as another hash.
        return present == 0 ? Empty : Shared.GetOrAdd(new Candidate(present, children, (uint)hash.ToHashCode() | ((present * 0x9E37_79B9_7F4A_7C15) & ~(ulong)uint.MaxValue)));
    }

    private readonly ref struct Candidate(ulong present, ReadOnlySpan<object?> children, ulong hash) : ICandidate<PageNode>
    {
        private readonly ReadOnlySpan<object?> _children = children;

        public ulong Hash => hash;

        public bool Matches(PageNode existing)
        {
            if (existing.Present != present) return false;
            int next = 0;
            foreach (object? child in _children)
                if (child is not null && !ReferenceEquals(existing._children[next++], child)) return false;
            return true;
        }

        public PageNode Create()
        {
            var own = new object[BitOperations.PopCount(present)];
            int next = 0;
            foreach (object? child in _children)
                if (child is not null) own[next++] = child;
            return new PageNode(present, own);
        }
    }
}
