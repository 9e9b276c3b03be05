using SandboxActors.Machine;

namespace SandboxActors.Core.Image;

/// <summary>
/// The segments of a guest up to the first one that it can write to: code and constants, as linkers lay them. They are the same in all of its sandboxes, so
/// they are in memory once, as long as any of them has a micro-VM. Nobody writes to that memory. Safe for use from any thread.
/// </summary>
internal sealed class SharedSegments
{
    private readonly IReadOnlyList<ImageSegment> _segments;
    private readonly Lock _lock = new();
    private GuestMemoryBlock? _memory;
    private int _users;

    /// <param name="all">All segments, from the lowest address up.</param>
    public SharedSegments(IReadOnlyList<ImageSegment> all)
    {
        _segments = [.. all.TakeWhile(static segment => !segment.Access.HasFlag(MemoryAccess.Write))];
        GuestAddress start = all[0].Pages.Start;
        Pages = new GuestRange(start, _segments.Count == 0 ? 0 : _segments[^1].Pages.End - start);
    }

    /// <summary>How many segments they are.</summary>
    public int Count => _segments.Count;

    /// <summary>Where they lie, from the image's start; may be empty.</summary>
    public GuestRange Pages { get; }

    /// <summary>Counts a user in.</summary>
    /// <returns>Their memory; null if there are none.</returns>
    /// <exception cref="MachineException">There is no memory for it.</exception>
    public GuestMemoryBlock? Acquire()
    {
        if (Count == 0) return null;
        lock (_lock)
        {
            _memory ??= Copy();
            _users++;
            return _memory;
        }
    }

    /// <summary>Counts a user out, whose machine has let go of the memory.</summary>
    public void Release()
    {
        if (Count == 0) return;
        lock (_lock)
        {
            if (--_users > 0) return;
            _memory!.Dispose();
            _memory = null;
        }
    }

    private GuestMemoryBlock Copy()
    {
        GuestMemoryBlock block = GuestMemoryArena.Shared.Allocate(Pages.Length);
        foreach (ImageSegment segment in _segments)
        {
            ulong offset = segment.Pages.Start - Pages.Start;
            block.Populate(offset, segment.Content.Length);
            segment.Content.Span.CopyTo(block.Slice(offset, segment.Content.Length));
        }

        return block;
    }
}
