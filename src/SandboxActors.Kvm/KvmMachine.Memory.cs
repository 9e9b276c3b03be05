using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <content>Memory slots, permissions, and the pages written.</content>
internal sealed partial class KvmMachine
{
    private const int PagesPerWord = 64;

    /// <inheritdoc />
    public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites)
    {
        ThrowIfDisposed();
        _slots.CheckFree(slot, range, memory);
        _vm.SetMemory(slot, range.Start, memory, trackWrites ? KvmConstants.KVM_MEM_LOG_DIRTY_PAGES : KvmConstants.KVM_MEM_READONLY);
        ulong[]? writtenPages = trackWrites && !_features.HasManualDirtyLog ? new ulong[WordsFor(range)] : null;
        _slots.Set(slot, new MappedSlot(range, memory, trackWrites, writtenPages));
    }

    /// <inheritdoc />
    /// <remarks>
    /// A KVM that shadows page tables (all software ones, and hardware without nested paging) does not see the host change an entry that was present:
    /// it goes on with its own copy. And where paging is nested, the processor itself may still hold the translation. Deleting the slot makes KVM
    /// drop all its copies and flush the vCPU's translations before it runs next. The entries are cleared after that, while the vCPU, which this
    /// caller owns, cannot run: so nothing can be copied between the two steps, and if the kernel refuses the first, nothing has changed.
    /// </remarks>
    public void UnmapMemory(int slot)
    {
        ThrowIfDisposed();
        MappedSlot mapped = _slots.Get(slot);
        _vm.DeleteMemory(slot, mapped.Range.Start, mapped.Memory);
        _slots.Set(slot, null);
        _tables.Pages.Unmap(mapped.Range);
    }

    /// <inheritdoc />
    /// <remarks>
    /// An entry that appears is seen by every KVM: one that is not present is never cached, neither in a processor's translations nor in a shadow.
    /// </remarks>
    public void Protect(GuestRange range, MemoryAccess access)
    {
        ThrowIfDisposed();
        if (_slots.Find(range) is null) throw new ArgumentException($"{range} does not lie inside one slot.", nameof(range));
        _tables.Pages.Map(range, access);
    }

    /// <inheritdoc />
    public void ReadWrittenPages(int slot, Span<ulong> bitmap)
    {
        MappedSlot mapped = TrackedSlot(slot, bitmap);
        bitmap = bitmap[..WordsFor(mapped.Range)];
        _vm.ReadDirtyLog(slot, bitmap);
        if (mapped.WrittenPages is not { } remembered) return;

        // Where reading clears the log, what was read before is remembered here.
        for (int word = 0; word < bitmap.Length; word++) bitmap[word] = remembered[word] |= bitmap[word];
    }

    /// <inheritdoc />
    public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap)
    {
        MappedSlot mapped = TrackedSlot(slot, bitmap);
        bitmap = bitmap[..WordsFor(mapped.Range)];
        if (mapped.WrittenPages is { } remembered)
        {
            for (int word = 0; word < bitmap.Length; word++) remembered[word] &= ~bitmap[word];
            return;
        }

        int first = bitmap.IndexOfAnyExcept(0UL);
        if (first < 0) return;
        int last = bitmap.LastIndexOfAnyExcept(0UL);
        ulong pages = mapped.Range.Length / GuestAddress.PageSize;
        _vm.ClearDirtyLog(slot, bitmap[first..(last + 1)], (ulong)first * PagesPerWord, pages);
    }

    private MappedSlot TrackedSlot(int slot, ReadOnlySpan<ulong> bitmap)
    {
        ThrowIfDisposed();
        MappedSlot mapped = _slots.Get(slot);
        if (!mapped.IsTracked) throw new ArgumentException($"Slot {slot} is mapped without tracking.", nameof(slot));
        int words = WordsFor(mapped.Range);
        if (bitmap.Length < words) throw new ArgumentException($"Slot {slot} needs {words} words, and the bitmap has {bitmap.Length}.", nameof(bitmap));
        return mapped;
    }

    private static int WordsFor(GuestRange range) => (int)(((range.Length / GuestAddress.PageSize) + PagesPerWord - 1) / PagesPerWord);
}
