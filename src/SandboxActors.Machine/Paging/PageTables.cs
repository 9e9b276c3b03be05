namespace SandboxActors.Machine;

/// <summary>
/// Four-level identity page tables with 4 KiB pages. Knows nothing of hypervisors: it writes entries, and whoever runs the guest sees to it that the
/// processor notices. Entries only ever appear by <see cref="Map"/> and vanish by <see cref="Unmap"/>; none is ever changed in place.
/// </summary>
internal sealed class PageTables
{
    // Addresses in the upper half would need sign extension; nothing here lies so high.
    private static readonly GuestAddress End = new(1UL << 47);

    private const int BitsPerLevel = 9;
    private const int PageBits = 12;
    private const int EntriesPerTable = 1 << BitsPerLevel;

    // Levels as they are walked: 3 is the root (PML4), 2 the PDPT, 1 the page directory, 0 the page table that holds the pages' own entries.
    private const int RootLevel = 3;
    private const ulong BytesPerPageTable = 1UL << (PageBits + BitsPerLevel);

    private readonly IPageTableMemory _memory;

    /// <summary>Makes empty tables: one root.</summary>
    /// <exception cref="MachineException">There is no memory for it.</exception>
    public PageTables(IPageTableMemory memory)
    {
        _memory = memory;
        memory.Reserve(1);
        Root = TakeTable();
    }

    /// <summary>Where the root lies: what CR3 is loaded with.</summary>
    public GuestAddress Root { get; }

    /// <summary>Gives the pages of a range to the guest.</summary>
    /// <param name="range">Page-aligned, below 2^47, not empty; no page of it mapped.</param>
    /// <param name="access">What the guest may do.</param>
    /// <exception cref="ArgumentException">One of these conditions does not hold, or the access is none or both write and execute.</exception>
    /// <exception cref="MachineException">There is no memory for tables; nothing has changed.</exception>
    public void Map(GuestRange range, MemoryAccess access) => MapPages(range, PageTableEntry.FlagsFor(access, supervisor: false));

    /// <summary>Maps the pages of a range for the exception stub at CPL0; no guest access reaches them. Otherwise as <see cref="Map"/>.</summary>
    public void MapForSupervisor(GuestRange range, MemoryAccess access) => MapPages(range, PageTableEntry.FlagsFor(access, supervisor: true));

    /// <summary>Takes away every entry of a range, whatever is mapped there, and the tables that are empty afterwards.</summary>
    /// <param name="range">Page-aligned, below 2^47, not empty.</param>
    /// <exception cref="ArgumentException">One of these conditions does not hold.</exception>
    public void Unmap(GuestRange range)
    {
        CheckRange(range);
        foreach (GuestRange part in PartsPerPageTable(range))
        {
            if (!TryFindTable(part.Start, level: 0, out GuestAddress table)) continue;
            EntriesOf(table, part).Clear();
            Prune(part.Start);
        }
    }

    /// <summary>The entry of the page that holds an address; zero if it is not mapped.</summary>
    public ulong EntryOf(GuestAddress address) =>
        address < End && TryFindTable(address, level: 0, out GuestAddress table) ? _memory.Entries(table)[Index(address, level: 0)] : 0;

    private void MapPages(GuestRange range, ulong flags)
    {
        CheckRange(range);
        _memory.Reserve(CheckUnmappedAndCountMissingTables(range));
        foreach (GuestRange part in PartsPerPageTable(range))
        {
            Span<ulong> entries = EntriesOf(FindOrAddPageTable(part.Start), part);
            for (int index = 0; index < entries.Length; index++) entries[index] = (part.Start.Value + ((ulong)index << PageBits)) | flags;
        }
    }

    private int CheckUnmappedAndCountMissingTables(GuestRange range)
    {
        int missing = 0;
        foreach (GuestRange part in PartsPerPageTable(range))
        {
            if (TryFindTable(part.Start, level: 0, out GuestAddress table))
            {
                int taken = EntriesOf(table, part).IndexOfAnyExcept(0UL);
                if (taken >= 0) throw new ArgumentException($"The page at {part.Start + ((ulong)taken << PageBits)} is mapped already.", nameof(range));
                continue;
            }

            // Going upwards, a table that a part before this one would have added is not counted again.
            for (int level = 0; level < RootLevel && !TryFindTable(part.Start, level, out _); level++)
            {
                bool isFirst = part.Start == range.Start || Prefix(part.Start, level) != Prefix(part.Start - 1, level);
                if (isFirst) missing++;
            }
        }

        return missing;
    }

    // Written before it is read (GuestMemoryBlock.Populate says why).
    private GuestAddress TakeTable()
    {
        GuestAddress table = _memory.Take();
        Span<ulong> entries = _memory.Entries(table);
        entries[0] = 0;
        entries.Clear();
        return table;
    }

    private GuestAddress FindOrAddPageTable(GuestAddress address)
    {
        GuestAddress table = Root;
        for (int level = RootLevel; level > 0; level--)
        {
            ref ulong entry = ref _memory.Entries(table)[Index(address, level)];
            if (entry == 0) entry = PageTableEntry.ForTable(TakeTable());
            table = PageTableEntry.AddressOf(entry);
        }

        return table;
    }

    // The table of a level that covers an address, if there is one.
    private bool TryFindTable(GuestAddress address, int level, out GuestAddress table)
    {
        table = Root;
        for (int above = RootLevel; above > level; above--)
        {
            ulong entry = _memory.Entries(table)[Index(address, above)];
            if (entry == 0) return false;
            table = PageTableEntry.AddressOf(entry);
        }

        return true;
    }

    private void Prune(GuestAddress address)
    {
        for (int level = 0; level < RootLevel; level++)
        {
            if (!TryFindTable(address, level, out GuestAddress table) || _memory.Entries(table).ContainsAnyExcept(0UL)) return;
            TryFindTable(address, level + 1, out GuestAddress parent);
            _memory.Entries(parent)[Index(address, level + 1)] = 0;
            _memory.Return(table);
        }
    }

    private Span<ulong> EntriesOf(GuestAddress table, GuestRange part) =>
        _memory.Entries(table).Slice(Index(part.Start, level: 0), (int)(part.Length >> PageBits));

    private static IEnumerable<GuestRange> PartsPerPageTable(GuestRange range)
    {
        for (GuestAddress start = range.Start; start < range.End;)
        {
            ulong end = Math.Min(range.End.Value, (start.Value & ~(BytesPerPageTable - 1)) + BytesPerPageTable);
            yield return new GuestRange(start, end - start.Value);
            start = new GuestAddress(end);
        }
    }

    private static int Index(GuestAddress address, int level) => (int)(address.Value >> (PageBits + (BitsPerLevel * level))) & (EntriesPerTable - 1);

    private static ulong Prefix(GuestAddress address, int level) => address.Value >> (PageBits + (BitsPerLevel * (level + 1)));

    private static void CheckRange(GuestRange range)
    {
        if (range.Length == 0 || !range.IsPageAligned || range.End > End)
            throw new ArgumentException($"{range} is empty, not made of whole pages, or not below {End}.", nameof(range));
    }
}
