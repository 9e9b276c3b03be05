using System.Numerics;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>A memory slot in use: what backs it, what the guest may do with each page, and which pages it has written.</summary>
internal sealed class MemorySlot : IDisposable
{
    private const int PagesPerWord = 64;

    /// <summary>Makes a slot whose pages the guest cannot touch.</summary>
    /// <exception cref="ArgumentException">More pages than this machine can count.</exception>
    public MemorySlot(GuestRange range, HostMemory memory, bool isTracked)
    {
        Range = range;
        Memory = memory;
        IsTracked = isTracked;
        ulong pages = range.Length / GuestAddress.PageSize;
        Permissions = new byte[pages];
        WrittenPages = isTracked ? new ulong[(pages + PagesPerWord - 1) / PagesPerWord] : [];
        Held = HeldMemory.Hold(memory);
    }

    public GuestRange Range { get; }

    public HostMemory Memory { get; }

    /// <summary>Whether writes are tracked; if not, there are none.</summary>
    public bool IsTracked { get; }

    /// <summary>For each page bits of <see cref="PagePermission"/>.</summary>
    public byte[] Permissions { get; }

    /// <summary>One bit a page, lowest first.</summary>
    public ulong[] WrittenPages { get; }

    public HeldMemory Held { get; }

    /// <summary>The page that holds an address inside the slot, from zero.</summary>
    public int PageOf(ulong address) => (int)((address - Range.Start.Value) / GuestAddress.PageSize);

    /// <summary>Notes that the guest has written the page that holds an address, in a slot whose writes are tracked.</summary>
    public void NoteWritten(ulong address)
    {
        int page = PageOf(address);
        WrittenPages[page / PagesPerWord] |= 1UL << (page % PagesPerWord);
        Permissions[page] |= PagePermission.Written;
    }

    /// <summary>Forgets that pages were written, so that the next write to each is noted again.</summary>
    public void Forget(ReadOnlySpan<ulong> pages)
    {
        for (int word = 0; word < WrittenPages.Length; word++)
        {
            ulong forgotten = WrittenPages[word] & pages[word];
            WrittenPages[word] &= ~forgotten;
            for (; forgotten != 0; forgotten &= forgotten - 1)
                Permissions[(word * PagesPerWord) + BitOperations.TrailingZeroCount(forgotten)] &= unchecked((byte)~PagePermission.Written);
        }
    }

    public void Dispose() => Held.Dispose();
}
