using System.Runtime.InteropServices;
using CsCheck;

namespace SandboxActors.Machine.Tests;

public sealed class PageTablesSpec
{
    private const ulong Page = GuestAddress.PageSize;

    private const ulong Flags = PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User | PageTableEntry.Accessed | PageTableEntry.Dirty
        | PageTableEntry.NoExecute;

    // What one table below the root covers, by level.
    private static readonly int[] TableShifts = [21, 30, 39];

    private static readonly MemoryAccess[] Accesses =
        [MemoryAccess.Read, MemoryAccess.Read | MemoryAccess.Write, MemoryAccess.Read | MemoryAccess.Execute];

    // Around the ends of tables of every level, so that ranges cross them.
    private static readonly ulong[] Interesting = [0, 1UL << 21, 1UL << 30, 3UL << 30, 60UL << 30, 1UL << 39, (1UL << 47) - (64 * Page)];

    private static readonly Gen<(GuestRange Range, MemoryAccess Access, bool IsUnmap)> AnyStep =
        from origin in Gen.Int[0, Interesting.Length - 1]
        from offset in Gen.Int[-40, 40]
        from pages in Gen.Frequency((9, Gen.ULong[1, 24]), (1, Gen.ULong[500, 1500]))
        from access in Gen.Int[0, 2]
        from isUnmap in Gen.Bool
        let start = (long)Interesting[origin] + (offset * (long)Page)
        where start >= 0 && (ulong)start + (pages * Page) <= 1UL << 47
        select (new GuestRange(new GuestAddress((ulong)start), pages * Page), Accesses[access], isUnmap);

    [Fact]
    public void Any_sequence_of_maps_and_unmaps_is_what_a_walk_finds()
    {
        AnyStep.Array[1, 30].Sample(
            steps =>
            {
                var memory = new FakeTableMemory();
                var tables = new PageTables(memory);
                var model = new Dictionary<ulong, ulong>();
                foreach ((GuestRange range, MemoryAccess access, bool isUnmap) in steps)
                {
                    ulong[] pages = [.. Pages(range)];
                    if (isUnmap)
                    {
                        tables.Unmap(range);
                        foreach (ulong page in pages) model.Remove(page);
                    }
                    else if (pages.Any(model.ContainsKey))
                    {
                        Assert.Throws<ArgumentException>(() => tables.Map(range, access));
                    }
                    else
                    {
                        tables.Map(range, access);
                        foreach (ulong page in pages) model[page] = Expected(access) | PageTableEntry.User;
                    }
                }

                Dictionary<ulong, ulong> found = memory.Walk(tables.Root, out int tableCount);
                Assert.Equal(model.OrderBy(pair => pair.Key), found.OrderBy(pair => pair.Key));
                // No table is kept that holds nothing, and none is lost.
                Assert.Equal(TablesFor(model.Keys), tableCount);
                Assert.Equal(tableCount, memory.InUse);
            },
            iter: 400);
    }

    [Fact]
    public void An_entry_is_found_by_any_address_of_its_page()
    {
        var tables = new PageTables(new FakeTableMemory());
        tables.Map(new GuestRange(new GuestAddress(0x1F_F000), 2 * Page), MemoryAccess.Read | MemoryAccess.Write);

        Assert.Equal(0x20_0000 | Expected(MemoryAccess.Write) | PageTableEntry.User, tables.EntryOf(new GuestAddress(0x20_0FFF)));
        Assert.Equal(0UL, tables.EntryOf(new GuestAddress(0x20_1000)));
        Assert.Equal(0UL, tables.EntryOf(new GuestAddress(ulong.MaxValue)));
    }

    [Fact]
    public void A_page_for_the_supervisor_has_no_user_bit()
    {
        var tables = new PageTables(new FakeTableMemory());
        var range = new GuestRange(new GuestAddress(0xF_0000_0000), Page);
        tables.MapForSupervisor(range, MemoryAccess.Read | MemoryAccess.Execute);

        Assert.Equal(0xF_0000_0000 | Expected(MemoryAccess.Execute), tables.EntryOf(range.Start));
    }

    [Fact]
    public void Writable_and_executable_at_once_is_refused_in_every_combination()
    {
        var memory = new FakeTableMemory();
        var tables = new PageTables(memory);
        var range = new GuestRange(new GuestAddress(0x40_0000), Page);
        for (int bits = 0; bits < 16; bits++)
        {
            var access = (MemoryAccess)bits;
            bool isAllowed = bits is not 0 and < 8 && (access & (MemoryAccess.Write | MemoryAccess.Execute)) != (MemoryAccess.Write | MemoryAccess.Execute);
            Exception? refused = Record.Exception(() => tables.Map(range, access));
            Assert.Equal(isAllowed, refused is null);
            if (isAllowed) tables.Unmap(range);
            else Assert.IsType<ArgumentException>(refused);
        }

        Assert.Equal(1, memory.InUse);
    }

    [Theory]
    [InlineData(0x1001, 0x1000)]
    [InlineData(0x1000, 0x1001)]
    [InlineData(0x1000, 0)]
    [InlineData(0x7FFF_FFFF_F000, 0x2000)]
    [InlineData(0x8000_0000_0000, 0x1000)]
    public void A_range_that_is_misaligned_empty_or_too_high_is_refused(ulong start, ulong length)
    {
        var tables = new PageTables(new FakeTableMemory());
        var range = new GuestRange(new GuestAddress(start), length);

        Assert.Throws<ArgumentException>(() => tables.Map(range, MemoryAccess.Read));
        Assert.Throws<ArgumentException>(() => tables.Unmap(range));
    }

    [Fact]
    public void When_there_is_no_memory_for_tables_nothing_changes()
    {
        var memory = new FakeTableMemory { Limit = 5 };
        var tables = new PageTables(memory);
        tables.Map(new GuestRange(new GuestAddress(0x40_0000), Page), MemoryAccess.Read);
        Dictionary<ulong, ulong> before = memory.Walk(tables.Root, out int count);
        Assert.Equal(4, count);

        Assert.Throws<MachineException>(() => tables.Map(new GuestRange(new GuestAddress(0x5F_F000), 600 * Page), MemoryAccess.Read));

        Assert.Equal(before, memory.Walk(tables.Root, out count));
        Assert.Equal(4, count);
        tables.Map(new GuestRange(new GuestAddress(0x60_0000), Page), MemoryAccess.Read);
    }

    private static ulong Expected(MemoryAccess access) =>
        PageTableEntry.Present | PageTableEntry.Accessed | PageTableEntry.Dirty
        | ((access & MemoryAccess.Write) != 0 ? PageTableEntry.Writable : 0)
        | ((access & MemoryAccess.Execute) != 0 ? 0 : PageTableEntry.NoExecute);

    private static IEnumerable<ulong> Pages(GuestRange range)
    {
        for (ulong page = range.Start.Value; page < range.End.Value; page += Page) yield return page;
    }

    private static int TablesFor(ICollection<ulong> pages) =>
        1 + TableShifts.Sum(shift => pages.Select(page => page >> shift).Distinct().Count());

    /// <summary>Tables anywhere in an address space of their own, with a walker that knows nothing of how they were built.</summary>
    private sealed class FakeTableMemory : IPageTableMemory
    {
        private readonly Dictionary<ulong, ulong[]> _tables = [];
        private readonly Stack<ulong> _returned = [];
        private int _reserved;

        public int Limit { get; init; } = int.MaxValue;

        public int InUse => _tables.Count;

        public void Reserve(int tables)
        {
            if (_tables.Count + tables > Limit) throw new MachineException("reserve", 0, "no more tables");
            _reserved = tables;
        }

        public GuestAddress Take()
        {
            Assert.True(_reserved-- > 0, "a table was taken that was not reserved");
            ulong address = _returned.TryPop(out ulong returned) ? returned : 0xABC_0000_0000 + ((ulong)_tables.Count * Page);
            _tables.Add(address, new ulong[512]);
            return new GuestAddress(address);
        }

        public void Return(GuestAddress table)
        {
            Assert.True(_tables.Remove(table.Value, out ulong[]? entries));
            Assert.DoesNotContain(entries, entry => entry != 0);
            _returned.Push(table.Value);
        }

        public Span<ulong> Entries(GuestAddress table) => _tables[table.Value];

        public Dictionary<ulong, ulong> Walk(GuestAddress root, out int tables)
        {
            var found = new Dictionary<ulong, ulong>();
            tables = Walk(root.Value, 0, 39, found);
            return found;
        }

        private int Walk(ulong table, ulong address, int shift, Dictionary<ulong, ulong> found)
        {
            int tables = 1;
            for (ulong index = 0; index < 512; index++)
            {
                ulong entry = _tables[table][index];
                ulong part = address | (index << shift);
                if ((entry & 1) == 0)
                {
                    Assert.Equal(0UL, entry);
                }
                else if (shift > 12)
                {
                    Assert.Equal(0x27UL, entry & Flags);
                    tables += Walk(entry & 0x000F_FFFF_FFFF_F000, part, shift - 9, found);
                }
                else
                {
                    Assert.Equal(part, entry & ~Flags);
                    found.Add(part, entry & Flags);
                }
            }

            return tables;
        }
    }
}
