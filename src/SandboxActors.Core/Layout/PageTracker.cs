using System.Numerics;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Layout;

/// <summary>
/// Captures what a guest's pages hold, and puts back what they held. It knows contents that memory had at one moment, the base, and which pages may differ
/// from it since: so both cost what was written, and not what there is. Used by the sandbox's one caller while the guest is stopped.
/// </summary>
/// <remarks>
/// What holds between any two operations: a page differs from the base only if the machine reports it as written, or it is noted here.
/// The machine's log is not cleared by a restore, so a page that is written again and again stays writable and costs a copy, not a fault; a page that has
/// been equal to the base at every restore of an epoch is forgotten, so it costs nothing until it is written again.
/// </remarks>
internal sealed class PageTracker
{
    // Looking at a page that is equal costs some 0.1 us, having its next write noticed 6.6 us: an epoch is about where both have cost the same.
    private const int RestoresPerEpoch = 64;

    // Or shorter, where much memory was written once and is looked at since: after as many looks for nothing as take milliseconds, though not before it has
    // shown in a few restores which pages are written.
    private const int MostVainLooks = 16_384;
    private const int FewestRestoresPerEpoch = 4;

    private readonly IVirtualMachine _machine;
    private readonly int _slot;
    private readonly GuestMemoryBlock _block;
    private readonly SandboxLayout _layout;
    private readonly Likenesses _likenesses;
    private readonly PageBitmap _suspects;
    private readonly PageBitmap _differences;
    private readonly PageBitmap _active;

    // Written by the host, or by a guest before the machine was told to forget it.
    private readonly PageBitmap _noted;
    private PageTree _base;

    // Of an epoch before this, as long as the same is put back.
    private HotPages? _hot;

    // No guest has run since the memory was found to hold what the base says.
    private bool _isAtRest;

    // Of this epoch.
    private int _restores;
    private int _vainLooks;

    /// <summary>Takes over memory that holds what its base says.</summary>
    /// <param name="machine">Where the memory is mapped.</param>
    /// <param name="slot">In which slot.</param>
    /// <param name="block">The memory.</param>
    /// <param name="layout">What is where in it.</param>
    /// <param name="image">The guest, whose initial pages it holds.</param>
    public PageTracker(IVirtualMachine machine, int slot, GuestMemoryBlock block, SandboxLayout layout, GuestImage image)
    {
        _machine = machine;
        _slot = slot;
        _block = block;
        _layout = layout;
        _likenesses = image.Likenesses;
        _base = image.InitialPages;
        int pages = (int)(block.Length / GuestAddress.PageSize);
        _suspects = new PageBitmap(pages);
        _differences = new PageBitmap(pages);
        _noted = new PageBitmap(pages);
        _active = new PageBitmap(pages);
    }

    /// <summary>Notes that the host writes to a part of the guest's pages, in bytes from the start of the memory.</summary>
    public void NoteHostWrite(ulong offset, int length)
    {
        int last = (int)((offset + (ulong)Math.Max(length, 1) - 1) / GuestAddress.PageSize);
        for (int page = (int)(offset / GuestAddress.PageSize); page <= last; page++) _noted.Add(page);
    }

    /// <summary>Asks the machine which pages were written.</summary>
    /// <exception cref="MachineException">The system refused.</exception>
    public void FindWritten() => FindSuspects();

    /// <summary>
    /// From now on the machine reports what guests write, and nothing that was written before: that is noted here. Each page's next write costs a fault.
    /// </summary>
    /// <remarks>
    /// A guest that stays inside between calls may write meanwhile. What the machine is told to forget was noted before, page for page; so a write
    /// between the two is one to a page that is noted, or to one that stays reported.
    /// </remarks>
    /// <exception cref="MachineException">The system refused; what is reported may be more.</exception>
    public void BeginCount()
    {
        PageBitmap written = FindSuspects();
        _noted.UnionWith(written);
        _machine.ForgetWrittenPages(_slot, written.Words);
    }

    /// <summary>How many pages guests have written to since <see cref="BeginCount"/>.</summary>
    /// <exception cref="MachineException">The system refused.</exception>
    public int Count()
    {
        _machine.ReadWrittenPages(_slot, _differences.Overwrite());
        int count = 0;
        foreach (int page in _differences)
            if (!IsHostOwned(page)) count++;
        return count;
    }

    /// <summary>Whether the page at an offset may hold anything but zeros, as of the latest <see cref="FindWritten"/>.</summary>
    public bool MayHoldSomething(ulong offset)
    {
        int page = (int)(offset / GuestAddress.PageSize);
        return _suspects.Contains(page) || !ReferenceEquals(_base[page], Page.Zero);
    }

    /// <summary>What all pages hold now. Copies those that are new to this process; the rest is shared.</summary>
    /// <exception cref="MachineException">The system refused; nothing was changed.</exception>
    public PageTree Capture()
    {
        PageTree current = _base.With(FindSuspects(), Current);
        _noted.Clear();
        ForgetHotPagesUnlessOf(current);
        return _base = current;
    }

    /// <summary>
    /// Notes that the memory holds what was captured or put back last, and that no guest runs in it before the next putting back: that need not look for
    /// what was written, since nothing was.
    /// </summary>
    public void NoteRest() => _isAtRest = true;

    /// <summary>
    /// Has in memory what putting back would take from files, so that whatever is wrong with a file is known before anything is changed.
    /// </summary>
    /// <exception cref="MachineException">The system refused.</exception>
    /// <exception cref="SnapshotFormatException">A file is not what it was.</exception>
    public void Fetch(PageTree wanted)
    {
        if (!wanted.MayBeStored) return;
        PageBitmap needed = FindSuspects();
        wanted.AddDifferences(_base, needed);
        foreach (int page in needed) wanted[page].Fetch();
    }

    /// <summary>Puts back what all pages held.</summary>
    /// <param name="wanted">What they held.</param>
    /// <param name="golden">Where long runs of it may be mapped from; null to copy all. Mapping costs the more the more machines there are, so it is for memory
    /// that gets another sandbox.</param>
    /// <exception cref="MachineException">The system refused; some of it is done.</exception>
    public void PutBack(PageTree wanted, GoldenMemory? golden = null)
    {
        PageBitmap suspects = _isAtRest ? OnlyNoted() : FindSuspects();
        _isAtRest = false;
        _differences.Clear();
        wanted.AddDifferences(_base, _differences);
        if (golden is { Runs.Count: > 0 }) MapRuns(wanted, golden);
        PutBackSuspects(wanted, suspects);
        for (int word = _differences.NextWord(0); word < suspects.WordCount; word = _differences.NextWord(word + 1))
            Write(wanted.FindLowest(word), _base.FindLowest(word), word, _differences[word] & ~suspects[word]);
        _base = wanted;
        _noted.Clear();
        bool isCostly = _vainLooks > MostVainLooks && _restores + 1 >= FewestRestoresPerEpoch;
        if (++_restores >= RestoresPerEpoch || isCostly) ForgetColdPages();
    }

    // What is mapped is neither different nor suspect any more.
    private void MapRuns(PageTree wanted, GoldenMemory golden)
    {
        foreach ((int first, int count) in golden.Runs)
        {
            int end = first + count;
            for (int start = first; start < end; start++)
            {
                int page = start;
                while (page < end && _differences.Contains(page) && !IsHostOwned(page) && ReferenceEquals(wanted[page], golden.Pages[page])) page++;
                if (page - start >= GoldenMemory.ShortestRun && golden.File is { } file)
                {
                    ulong offset = (ulong)start * GuestAddress.PageSize;
                    _block.MapShared(offset, (page - start) * GuestAddress.PageSize, file, offset);
                    for (int mapped = start; mapped < page; mapped++)
                    {
                        _differences.Remove(mapped);
                        _suspects.Remove(mapped);
                    }
                }

                start = page;
            }
        }
    }

    // The pages that may differ from the base.
    private PageBitmap FindSuspects()
    {
        _machine.ReadWrittenPages(_slot, _suspects.Overwrite());
        return AddNoted();
    }

    private PageBitmap OnlyNoted()
    {
        _suspects.Clear();
        return AddNoted();
    }

    private PageBitmap AddNoted()
    {
        _suspects.UnionWith(_noted);
        return _suspects;
    }

    private void PutBackSuspects(PageTree wanted, PageBitmap suspects)
    {
        ForgetHotPagesUnlessOf(wanted);
        if (_hot is { } hot) _vainLooks += hot.PutBack(suspects, _block, _active);
        for (int word = suspects.NextWord(0); word < suspects.WordCount; word = suspects.NextWord(word + 1))
        {
            ulong pages = _hot?.Without(word, suspects[word]) ?? suspects[word];
            if (pages != 0) PutBackSuspects(wanted.FindLowest(word), word, pages);
        }
    }

    private void PutBackSuspects(PageNode? contents, int word, ulong pages)
    {
        for (; pages != 0; pages &= pages - 1)
        {
            int place = BitOperations.TrailingZeroCount(pages);
            int page = (word * PageBitmap.PagesPerWord) + place;
            if (IsHostOwned(page)) continue;
            Page content = (Page?)contents?[place] ?? Page.Zero;
            if (content.PutBack(Bytes(page))) _active.Add(page);
            else _vainLooks++;
        }
    }

    // Those that nobody has written since the base: they do differ, and may never have been touched, so they are written before they are read.
    private void Write(PageNode? contents, PageNode? held, int word, ulong pages)
    {
        for (; pages != 0; pages &= pages - 1)
        {
            int place = BitOperations.TrailingZeroCount(pages);
            int page = (word * PageBitmap.PagesPerWord) + place;
            if (IsHostOwned(page)) continue;
            Span<byte> target = Bytes(page);
            Page before = (Page?)held?[place] ?? Page.Zero;
            if (ReferenceEquals(before, Page.Zero)) target[0] = 0;
            ((Page?)contents?[place] ?? Page.Zero).CopyOver(target, before);
            _active.Add(page);
        }
    }

    // Those that the machine reports, and that no restore of this epoch found changed. They equal the base now.
    private void ForgetColdPages()
    {
        PageBitmap cold = _suspects;
        _machine.ReadWrittenPages(_slot, cold.Overwrite());
        for (int word = cold.NextWord(0); word < cold.WordCount; word = cold.NextWord(word + 1)) cold[word] &= ~_active[word];
        FindHotPages();
        _active.Clear();
        _restores = 0;
        _vainLooks = 0;
        _machine.ForgetWrittenPages(_slot, cold.Words);
    }

    private void ForgetHotPagesUnlessOf(PageTree contents)
    {
        if (_hot?.IsOf(contents) != true) _hot = null;
    }

    private void FindHotPages()
    {
        if (_hot?.IsOf(_base, _active) != true) _hot = _active.Count() >= HotPages.Fewest ? new HotPages(_base, _active) : null;
    }

    private Page Current(int page)
    {
        Page known = _base[page];
        if (IsHostOwned(page) || known.Holds(Bytes(page))) return known;
        Page? likeness = _likenesses.Find(page);
        Page current = Page.Of(Bytes(page), known, likeness);
        if (likeness is null && current.IsWhole) _likenesses.Offer(page, current);
        return current;
    }

    // Boot information, input buffer and the buffer of calls are read-only to the guest and clean between calls; should a log report them (it may
    // report too much), they are still no part of its state.
    private bool IsHostOwned(int page) =>
        _layout.Memory.Start + ((ulong)page * GuestAddress.PageSize) is var address
        && (_layout.Boot.Contains(address) || _layout.Input.Contains(address) || _layout.Calls.Contains(address));

    private Span<byte> Bytes(int page) => _block.Slice((ulong)page * GuestAddress.PageSize, GuestAddress.PageSize);
}
