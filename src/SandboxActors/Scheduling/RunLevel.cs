namespace SandboxActors;

/// <summary>
/// The entries of one level, which share it by weight: the one with the smallest start tag is next, among equals the one that came first. A binary
/// heap in which every entry knows its place, so that one can be taken out of the middle.
/// </summary>
internal sealed class RunLevel
{
    private RunEntry[] _heap = new RunEntry[16];
    private long _arrivals;

    /// <summary>Entries that wait.</summary>
    public int Count { get; private set; }

    /// <summary>The level's own tag among the levels.</summary>
    public long Tag { get; set; }

    /// <summary>The start tag of the entry taken last: an entry that comes anew starts here, so that nobody saves up for later.</summary>
    public long VirtualTime { get; private set; }

    /// <summary>Queues an entry.</summary>
    /// <param name="entry">One that is not queued.</param>
    /// <param name="finish">The virtual time up to which it has used its share.</param>
    /// <param name="kept">The place that it has kept, if it was here and was called away.</param>
    public void Add(RunEntry entry, long finish, (long Start, long Arrival)? kept)
    {
        (entry.Start, entry.Arrival) = kept ?? (Math.Max(finish, VirtualTime), _arrivals++);
        if (Count == _heap.Length) Array.Resize(ref _heap, 2 * Count);
        Rise(entry, Count++);
    }

    /// <summary>Takes the entry that is next.</summary>
    public RunEntry Take()
    {
        RunEntry first = _heap[0];
        VirtualTime = Math.Max(VirtualTime, first.Start); // less only for one that has kept its place
        Remove(first);
        return first;
    }

    /// <summary>Takes an entry out, wherever it is.</summary>
    public void Remove(RunEntry entry)
    {
        int place = entry.Place;
        entry.Place = -1;
        RunEntry last = _heap[--Count];
        _heap[Count] = null!; // an entry that waits nowhere is not to be kept alive
        if (last == entry) return;
        Rise(last, place);
        if (last.Place == place) Sink(last, place);
    }

    private void Rise(RunEntry entry, int place)
    {
        while (place > 0)
        {
            int parent = (place - 1) / 2;
            if (!IsBefore(entry, _heap[parent])) break;
            Put(_heap[parent], place);
            place = parent;
        }

        Put(entry, place);
    }

    private void Sink(RunEntry entry, int place)
    {
        while (true)
        {
            int child = (2 * place) + 1;
            if (child >= Count) break;
            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child])) child++;
            if (!IsBefore(_heap[child], entry)) break;
            Put(_heap[child], place);
            place = child;
        }

        Put(entry, place);
    }

    private void Put(RunEntry entry, int place)
    {
        _heap[place] = entry;
        entry.Place = place;
    }

    private static bool IsBefore(RunEntry one, RunEntry other) =>
        one.Start != other.Start ? one.Start < other.Start : one.Arrival < other.Arrival;
}
