namespace SandboxActors.Machine;

/// <summary>
/// First-fit allocation of extents out of a range that starts at zero; free neighbours are one. Not safe for use from several threads.
/// </summary>
internal sealed class ExtentAllocator
{
    // Sorted by offset, never empty extents, never two that touch.
    private readonly List<Extent> _free = [];

    public ExtentAllocator(ulong size) => _free.Add(new Extent(0, size));

    /// <summary>The largest extent that could be had, in bytes.</summary>
    public ulong LargestFree => _free.Count == 0 ? 0 : _free.Max(extent => extent.Length);

    /// <summary>The number of free extents.</summary>
    public int FreeExtentCount => _free.Count;

    /// <summary>Takes the lowest extent that is long enough.</summary>
    public bool TryAllocate(ulong length, out ulong offset)
    {
        for (int index = 0; index < _free.Count; index++)
        {
            Extent extent = _free[index];
            if (extent.Length < length) continue;
            offset = extent.Offset;
            if (extent.Length == length) _free.RemoveAt(index);
            else _free[index] = new Extent(extent.Offset + length, extent.Length - length);
            return true;
        }

        offset = 0;
        return false;
    }

    /// <summary>Gives an extent back.</summary>
    /// <exception cref="InvalidOperationException">A part of it is free already.</exception>
    public void Free(ulong offset, ulong length)
    {
        int next = IndexAfter(offset);
        bool touchesNext = next < _free.Count && offset + length >= _free[next].Offset;
        bool touchesPrevious = next > 0 && _free[next - 1].End >= offset;
        if ((touchesNext && offset + length > _free[next].Offset) || (touchesPrevious && _free[next - 1].End > offset))
            throw new InvalidOperationException($"The extent of {length} bytes at {offset} is free already.");

        ulong start = touchesPrevious ? _free[next - 1].Offset : offset;
        ulong end = touchesNext ? _free[next].End : offset + length;
        int first = touchesPrevious ? next - 1 : next;
        _free.RemoveRange(first, (touchesPrevious ? 1 : 0) + (touchesNext ? 1 : 0));
        _free.Insert(first, new Extent(start, end - start));
    }

    private int IndexAfter(ulong offset)
    {
        int low = 0;
        int high = _free.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_free[middle].Offset <= offset) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Extent(ulong Offset, ulong Length)
    {
        public ulong End => Offset + Length;
    }
}
