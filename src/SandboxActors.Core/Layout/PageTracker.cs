using System.Numerics;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Layout;

/// <summary>
/// Captures what a guest's pages hold, and puts back what they held. It knows contents that memory had at one moment, the base, and which pages may differ
/// from it since: so both cost what was written, and not what there is. Used by the sandbox's one caller while the guest is stopped.
/// </summary>
/// <remarks>
/// What holds between any two operations: a page differs from the base only if the machine reports it as written, or the host noted that it wrote to it.
/// The machine's log is not cleared by a restore, so a page that is written again and again stays writable and costs a copy, not a fault; a page that has
/// been equal to the base at every restore of an epoch is forgotten, so it costs nothing until it is written again.
/// </remarks>
internal sealed class PageTracker
{
    // Looking at a page that is equal costs some 0.1 us, having its next write noticed 6.6 us: an epoch is about where both have cost the same.
    private const int RestoresPerEpoch = 64;

    private readonly IVirtualMachine _machine;
    private readonly int _slot;
    private readonly GuestMemoryBlock _block;
    private readonly SandboxLayout _layout;
    private readonly PageBitmap _suspects;
    private readonly PageBitmap _different;
    private readonly PageBitmap _writtenByHost;
    private readonly PageBitmap _active;
    private PageTree _base;
    private int _restores;

    /// <summary>Takes over memory that holds what its base says.</summary>
    /// <param name="machine">Where the memory is mapped.</param>
    /// <param name="slot">In which slot.</param>
    /// <param name="block">The memory.</param>
    /// <param name="layout">What is where in it.</param>
    /// <param name="initial">What it holds.</param>
    public PageTracker(IVirtualMachine machine, int slot, GuestMemoryBlock block, SandboxLayout layout, PageTree initial)
    {
        _machine = machine;
        _slot = slot;
        _block = block;
        _layout = layout;
        _base = initial;
        int pages = (int)(block.Length / GuestAddress.PageSize);
        _suspects = new PageBitmap(pages);
        _different = new PageBitmap(pages);
        _writtenByHost = new PageBitmap(pages);
        _active = new PageBitmap(pages);
    }

    /// <summary>Notes that the host writes to a part of the guest's pages, in bytes from the start of the memory.</summary>
    public void NoteHostWrite(ulong offset, int length)
    {
        int last = (int)((offset + (ulong)Math.Max(length, 1) - 1) / GuestAddress.PageSize);
        for (int page = (int)(offset / GuestAddress.PageSize); page <= last; page++) _writtenByHost.Add(page);
    }

    /// <summary>Asks the machine which pages were written.</summary>
    /// <exception cref="MachineException">The system refused.</exception>
    public void FindWritten() => FindSuspects();

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
        _writtenByHost.Clear();
        return _base = current;
    }

    /// <summary>
    /// Has in memory what putting back would take from files, so that whatever is wrong with a file is known before anything is changed.
    /// </summary>
    /// <exception cref="MachineException">The system refused.</exception>
    /// <exception cref="SnapshotFormatException">A file is not what it was.</exception>
    public void Fetch(PageTree wanted)
    {
        if (!wanted.MayBeStored) return;
        foreach (int page in FindSuspects()) wanted[page].Fetch();
        foreach (int page in FindDifferent(wanted)) wanted[page].Fetch();
    }

    /// <summary>Puts back what all pages held.</summary>
    /// <exception cref="MachineException">The system refused; some of it is done.</exception>
    /// <exception cref="SnapshotFormatException">The file that has a page is not what it was; some of it is done.</exception>
    public void PutBack(PageTree wanted)
    {
        PageBitmap suspects = FindSuspects();
        for (int word = suspects.NextWord(0); word < suspects.Words.Length; word = suspects.NextWord(word + 1))
            PutBack(wanted.FindLowest(word), word, suspects.Words[word], mayBeEqual: true);
        if (!wanted.Holds(_base)) PutBackDifferent(wanted, except: suspects);
        _base = wanted;
        _writtenByHost.Clear();
        if (++_restores % RestoresPerEpoch == 0) ForgetColdPages();
    }

    // The pages that may differ from the base.
    private PageBitmap FindSuspects()
    {
        _machine.ReadWrittenPages(_slot, _suspects.Words);
        for (int word = _writtenByHost.NextWord(0); word < _writtenByHost.Words.Length; word = _writtenByHost.NextWord(word + 1))
            _suspects.Words[word] |= _writtenByHost.Words[word];
        return _suspects;
    }

    // The pages that are to hold something else than the base.
    private PageBitmap FindDifferent(PageTree wanted)
    {
        _different.Clear();
        wanted.AddDifferences(_base, _different);
        return _different;
    }

    private void PutBackDifferent(PageTree wanted, PageBitmap except)
    {
        PageBitmap different = FindDifferent(wanted);
        for (int word = different.NextWord(0); word < different.Words.Length; word = different.NextWord(word + 1))
            PutBack(wanted.FindLowest(word), word, different.Words[word] & ~except.Words[word], mayBeEqual: false);
    }

    // Pages that hold what the base says, and are to hold something else, are not looked at: to look at a page of a new block would have the system map its
    // page of zeros there, then copy it for the first write, and tell every live machine of the process.
    private void PutBack(PageNode? contents, int word, ulong pages, bool mayBeEqual)
    {
        for (; pages != 0; pages &= pages - 1)
        {
            int place = BitOperations.TrailingZeroCount(pages);
            int page = (word * PageBitmap.PagesPerWord) + place;
            if (IsHostOwned(page)) continue;
            Page content = (Page?)contents?[place] ?? Page.Zero;
            Span<byte> target = Bytes(page);
            if (mayBeEqual && content.Holds(target)) continue;
            content.CopyTo(target);
            _active.Add(page);
        }
    }

    // Those that the machine reports, and that no restore of this epoch found changed. They equal the base now.
    private void ForgetColdPages()
    {
        PageBitmap cold = _suspects;
        _machine.ReadWrittenPages(_slot, cold.Words);
        for (int word = cold.NextWord(0); word < cold.Words.Length; word = cold.NextWord(word + 1)) cold.Words[word] &= ~_active.Words[word];
        _active.Clear();
        _machine.ForgetWrittenPages(_slot, cold.Words);
    }

    private Page Current(int page)
    {
        Page known = _base[page];
        return IsHostOwned(page) || known.Holds(Bytes(page)) ? known : Page.Of(Bytes(page));
    }

    // Boot information, input buffer and the buffer of calls are read-only to the guest and clean between calls; should a log report them (it may
    // report too much), they are still no part of its state.
    private bool IsHostOwned(int page) =>
        _layout.Memory.Start + ((ulong)page * GuestAddress.PageSize) is var address
        && (_layout.Boot.Contains(address) || _layout.Input.Contains(address) || _layout.Calls.Contains(address));

    private Span<byte> Bytes(int page) => _block.Slice((ulong)page * GuestAddress.PageSize, GuestAddress.PageSize);
}
