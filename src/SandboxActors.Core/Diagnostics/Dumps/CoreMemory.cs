using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>One part of a guest's memory, for a core file.</summary>
/// <param name="Range">Whole pages.</param>
/// <param name="Access">What the guest may do there.</param>
/// <param name="MayHoldSomething">Whether the page at an offset from the start may hold anything but zeros. One that may not is not looked
/// at.</param>
/// <param name="Read">Copies from an offset from the start.</param>
internal sealed record CoreMemory(GuestRange Range, MemoryAccess Access, Predicate<ulong> MayHoldSomething, CoreMemory.Reader Read)
{
    /// <summary>Copies bytes of the part.</summary>
    /// <param name="offset">From its start.</param>
    /// <param name="copy">Where they go, and how many.</param>
    public delegate void Reader(ulong offset, Span<byte> copy);

    /// <summary>Copies whole pages, without a look at those that hold nothing.</summary>
    /// <param name="offset">From the start.</param>
    /// <param name="pages">Where they go, and how many.</param>
    public void Copy(ulong offset, Span<byte> pages)
    {
        for (; !pages.IsEmpty; pages = pages[GuestAddress.PageSize..], offset += GuestAddress.PageSize)
        {
            if (MayHoldSomething(offset)) Read(offset, pages[..GuestAddress.PageSize]);
            else pages[..GuestAddress.PageSize].Clear();
        }
    }
}
