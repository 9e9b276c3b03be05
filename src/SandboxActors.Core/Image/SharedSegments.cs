using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Image;

/// <summary>
/// The segments of a guest up to the first one that it can write to: code and constants, as linkers lay them. They are the same in all of its sandboxes, so
/// they are in memory once, as long as any of them has a micro-VM, but for those that are debugged. Nobody writes to that memory. Safe for use from any thread.
/// </summary>
internal sealed class SharedSegments
{
    private readonly IReadOnlyList<ImageSegment> _segments;
    private readonly Lock _lock = new();

    // What is not in the segments themselves: of a guest that is known from a snapshot alone.
    private readonly List<(int Number, Page Page)> _added = [];
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

    /// <summary>Adds what a page holds, before anybody uses them: for a guest that is known from a snapshot alone.</summary>
    /// <param name="number">Which page, from the start.</param>
    /// <param name="page">What it holds.</param>
    public void Add(int number, Page page) => _added.Add((number, page));

    /// <summary>The pages that are not all zeros, by number from the start, from the lowest up.</summary>
    public IEnumerable<(int Number, Page Page)> AllPages()
    {
        foreach ((int, Page) added in _added) yield return added;
        foreach (ImageSegment segment in _segments)
        {
            int first = (int)((segment.Pages.Start - Pages.Start) / GuestAddress.PageSize);
            for (int offset = 0; offset < segment.Content.Length; offset += GuestAddress.PageSize)
            {
                byte[] whole = new byte[GuestAddress.PageSize];
                segment.Content.Span[offset..Math.Min(segment.Content.Length, offset + GuestAddress.PageSize)].CopyTo(whole);
                if (whole.AsSpan().ContainsAnyExcept((byte)0)) yield return (first + (offset / GuestAddress.PageSize), Page.Over(whole));
            }
        }
    }

    /// <summary>Counts a user in.</summary>
    /// <returns>Their memory; null if there are none.</returns>
    /// <exception cref="MachineException">There is no memory for it.</exception>
    /// <exception cref="SnapshotFormatException">The file of the snapshot that the guest is known from is not what it was.</exception>
    public GuestMemoryBlock? Acquire()
    {
        if (Count == 0) return null;
        lock (_lock)
        {
            _memory ??= Copy()!;
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

    /// <summary>Copies them.</summary>
    /// <returns>The copy, which is the caller's; null if there are none.</returns>
    /// <exception cref="MachineException">There is no memory for it.</exception>
    /// <exception cref="SnapshotFormatException">The file of the snapshot that the guest is known from is not what it was.</exception>
    public GuestMemoryBlock? Copy()
    {
        if (Count == 0) return null;
        GuestMemoryBlock block = GuestMemoryArena.Shared.Allocate(Pages.Length);
        try
        {
            foreach ((int number, Page page) in AllPages())
            {
                ulong offset = (ulong)number * GuestAddress.PageSize;
                block.Populate(offset, GuestAddress.PageSize);
                page.CopyTo(block.Slice(offset, GuestAddress.PageSize));
            }

            return block;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>Has a copy that was written to hold again what it held at first.</summary>
    /// <param name="copy">The copy.</param>
    public void CopyTo(GuestMemoryBlock copy)
    {
        copy.Slice(0, (int)copy.Length).Clear();
        foreach ((int number, Page page) in AllPages()) page.CopyTo(copy.Slice((ulong)number * GuestAddress.PageSize, GuestAddress.PageSize));
    }
}
