using CsCheck;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>
/// Whatever a guest and the host write, in whatever order snapshots are taken and restored, memory is bit by bit as it was; and what is not written any more
/// is not looked at any more.
/// </summary>
public sealed class PageTrackerSpec
{
    [Fact]
    public void Any_walk_over_writes_captures_and_restores_brings_back_what_was_there()
    {
        Gen.Int.Sample(
            seed =>
            {
                using var memory = new LoggedMemory();
                var random = new Random(seed);
                var taken = new List<(PageTree Tree, byte[] Copy)> { (memory.Pages.Capture(), memory.Copy()) };
                for (int step = 0; step < 300; step++)
                {
                    switch (random.Next(11))
                    {
                        case 9:
                            memory.Pages.BeginCount();
                            break;
                        case 10:
                            memory.Pages.Count();
                            break;
                        case <= 3:
                            for (int writes = random.Next(4); writes >= 0; writes--) memory.WriteAsGuest(random);
                            break;
                        case 4:
                            memory.ClearAsHost(random);
                            break;
                        case 5 when taken.Count < 12:
                            taken.Add((memory.Pages.Capture(), memory.Copy()));
                            break;
                        case 6:
                            memory.Pages.Capture();
                            memory.Pages.NoteRest();
                            if (random.Next(2) == 0) memory.ClearAsHost(random);
                            goto default;
                        default:
                            (PageTree tree, byte[] copy) = taken[random.Next(3) == 0 ? random.Next(taken.Count) : ^1];
                            memory.Pages.PutBack(tree);
                            Assert.True(copy.AsSpan().SequenceEqual(memory.Copy()));
                            break;
                    }
                }
            },
            iter: 60);
    }

    [Fact]
    public void A_page_that_is_written_no_more_is_forgotten_and_one_that_is_stays_known()
    {
        using var memory = new LoggedMemory();
        PageTree before = memory.Pages.Capture();
        memory.Write(memory.FirstHeapPage, 1);
        for (int restore = 0; restore < 200; restore++)
        {
            memory.Write(memory.FirstHeapPage + 1, 2);
            memory.Pages.PutBack(before);
        }

        Assert.Equal([memory.FirstHeapPage], memory.Forgotten);
        Assert.Equal(before[memory.FirstHeapPage].ToArray(), memory.Page(memory.FirstHeapPage));

        memory.Write(memory.FirstHeapPage, 3);
        memory.Pages.PutBack(before);
        Assert.Equal(before[memory.FirstHeapPage].ToArray(), memory.Page(memory.FirstHeapPage));
    }

    [Fact]
    public void Much_memory_that_was_written_once_is_forgotten_after_four_restores()
    {
        const int Pages = 8_192;
        using var memory = new LoggedMemory(SandboxOptions.Default with { HeapSize = Pages * GuestAddress.PageSize });
        for (int page = 0; page < Pages; page++) memory.Write(memory.FirstHeapPage + page, 1);
        PageTree before = memory.Pages.Capture();
        for (int restore = 1; restore <= 4; restore++)
        {
            Assert.Empty(memory.Forgotten);
            memory.Write(memory.FirstHeapPage + 5, 2);
            memory.Pages.PutBack(before);
        }

        Assert.Equal(Pages - 1, memory.Forgotten.Count);
        Assert.DoesNotContain(memory.FirstHeapPage + 5, memory.Forgotten);
    }

    [Fact]
    public void Pages_that_are_written_again_and_again_come_back_whichever_snapshot_is_restored()
    {
        using var memory = new LoggedMemory();
        var random = new Random(4);
        memory.Fill(random);
        var taken = new List<(PageTree Tree, byte[] Copy)> { (memory.Pages.Capture(), memory.Copy()) };
        for (int page = 0; page < 50; page += 2) memory.Write(memory.FirstHeapPage + page, 0xEE);
        taken.Add((memory.Pages.Capture(), memory.Copy()));

        // Each snapshot long enough for its hot pages to be found and used, with and without pages beside them, and pages that have become cold.
        foreach (int snapshot in (int[])[0, 1, 0])
        {
            foreach (int apart in (int[])[1, 3, 2])
            {
                for (int restore = 0; restore < 150; restore++)
                {
                    for (int page = 0; page < 90; page += apart) memory.Write(memory.FirstHeapPage + page, (byte)random.Next());
                    if (restore % 7 == 0) memory.WriteAsGuest(random);
                    memory.Pages.PutBack(taken[snapshot].Tree);
                    Assert.True(taken[snapshot].Copy.AsSpan().SequenceEqual(memory.Copy()));
                }
            }
        }
    }

    [Fact]
    public void Memory_at_rest_gets_other_contents_without_a_look_at_what_was_written_and_its_next_ones_with()
    {
        using var memory = new LoggedMemory();
        PageTree before = memory.Pages.Capture();
        memory.Write(memory.FirstHeapPage, 1);
        memory.Pages.Capture();
        memory.Pages.NoteRest();
        memory.RefuseLog = true;
        memory.Pages.PutBack(before);
        Assert.Equal(before[memory.FirstHeapPage].ToArray(), memory.Page(memory.FirstHeapPage));

        Assert.Throws<MachineException>(() => memory.Pages.PutBack(before));
        memory.RefuseLog = false;
        memory.Write(memory.FirstHeapPage, 2);
        memory.Pages.PutBack(before);
        Assert.Equal(before[memory.FirstHeapPage].ToArray(), memory.Page(memory.FirstHeapPage));
    }

    [Fact]
    public void What_a_guest_writes_is_counted_from_the_beginning_of_the_count_and_what_was_written_before_is_known_still()
    {
        using var memory = new LoggedMemory();
        PageTree before = memory.Pages.Capture();
        for (int page = 0; page < 5; page++) memory.Write(memory.FirstHeapPage + page, 1);
        memory.Pages.BeginCount();
        Assert.Equal(0, memory.Pages.Count());
        for (int page = 3; page < 10; page++) memory.Write(memory.FirstHeapPage + page, 2);
        Assert.Equal(7, memory.Pages.Count());

        memory.Pages.PutBack(before);
        for (int page = 0; page < 10; page++) Assert.Equal(before[memory.FirstHeapPage + page].ToArray(), memory.Page(memory.FirstHeapPage + page));
    }

    [Fact]
    public void A_capture_copies_what_changed_and_shares_the_rest()
    {
        using var memory = new LoggedMemory();
        for (int page = 0; page < 10; page++) memory.Write(memory.FirstHeapPage + page, (byte)(page + 1));
        PageTree first = memory.Pages.Capture();
        memory.Write(memory.FirstHeapPage + 3, 77);
        PageTree second = memory.Pages.Capture();

        var differences = new PageBitmap(memory.PageCount);
        second.AddDifferences(first, differences);
        Assert.Equal(1, differences.Count());
        Assert.True(differences.Contains(memory.FirstHeapPage + 3));

        // Written with what stands there already: nothing has changed.
        memory.Write(memory.FirstHeapPage + 3, 77);
        Assert.True(memory.Pages.Capture().Holds(second));
    }

    // Guest memory without a guest: what is written is logged as a machine does.
    private sealed class LoggedMemory : IDisposable
    {
        private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());
        private readonly SandboxMemory _memory;
        private readonly ScriptedMachine _machine = new(_ => ScriptedMachine.Ready);
        private readonly GuestRange _heap;

        public LoggedMemory(SandboxOptions? options = null)
        {
            SandboxLayout layout = SandboxLayout.For(Image, options ?? SandboxOptions.Default);
            _memory = new SandboxMemory(GuestMemoryArena.Shared, Image, layout);
            _machine.Log = [];
            _memory.MapInto(_machine);
            _heap = layout.Heap;
        }

        public PageTracker Pages => _memory.Pages;

        public List<int> Forgotten => _machine.Forgotten;

        public bool RefuseLog
        {
            set => _machine.Failing = value ? nameof(IVirtualMachine.ReadWrittenPages) : null;
        }

        public int FirstHeapPage => (int)(_memory.Layout.OffsetOf(_heap.Start) / GuestAddress.PageSize);

        public int PageCount => (int)(_memory.Layout.Memory.Length / GuestAddress.PageSize);

        public byte[] Page(int page) => Bytes(page).ToArray();

        public byte[] Copy() => _machine.Memory(_memory.Layout.Memory.Start, (int)_memory.Layout.Memory.Length).ToArray();

        public void Write(int page, byte value)
        {
            Bytes(page)[100] = value;
            _machine.Log!.Add(page);
        }

        /// <summary>Gives each page of the heap a content of its own.</summary>
        public void Fill(Random random)
        {
            for (int page = 0; page < (int)(_heap.Length / GuestAddress.PageSize); page++)
            {
                random.NextBytes(Bytes(FirstHeapPage + page));
                _machine.Log!.Add(FirstHeapPage + page);
            }
        }

        public void WriteAsGuest(Random random)
        {
            GuestRange range = random.Next(3) switch { 0 => _memory.Layout.Output, 1 => _memory.Layout.Stack, _ => _heap };
            GuestAddress address = range.Start + ((ulong)random.NextInt64((long)range.Length) & ~7UL);
            random.NextBytes(_machine.Memory(address, 8)[..random.Next(1, 8)]);
            _machine.Log!.Add((int)(_memory.Layout.OffsetOf(address) / GuestAddress.PageSize));
        }

        public void ClearAsHost(Random random)
        {
            int offset = random.Next((int)_memory.Layout.Answers.Length);
            _memory.ClearAnswers(offset, random.Next((int)_memory.Layout.Answers.Length - offset));
        }

        public void Dispose() => _memory.Dispose();

        private Span<byte> Bytes(int page) => _machine.Memory(_memory.Layout.Memory.Start + ((ulong)page * GuestAddress.PageSize), GuestAddress.PageSize);
    }
}
