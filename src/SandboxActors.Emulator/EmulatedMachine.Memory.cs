using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <content>Memory slots, permissions, and the pages written.</content>
internal sealed partial class EmulatedMachine
{
    /// <inheritdoc />
    public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites)
    {
        ThrowIfDisposed();
        _slots.Map(slot, range, memory, trackWrites);
    }

    /// <inheritdoc />
    public void UnmapMemory(int slot)
    {
        ThrowIfDisposed();
        _slots.Unmap(slot);
        _blocks.Clear();
    }

    /// <inheritdoc />
    public void Protect(GuestRange range, MemoryAccess access)
    {
        ThrowIfDisposed();
        byte permission = PagePermission.For(access);
        if (range.Length == 0 || !range.IsPageAligned) throw new ArgumentException($"{range} is not made of whole pages.", nameof(range));
        if (_slots.Find(range.Start.Value) is not { } slot || !slot.Range.Contains(range))
            throw new ArgumentException($"{range} does not lie inside one slot.", nameof(range));
        Span<byte> pages = slot.Permissions.AsSpan(slot.PageOf(range.Start.Value), (int)(range.Length / GuestAddress.PageSize));
        int taken = pages.IndexOfAnyExcept((byte)0);
        if (taken >= 0)
            throw new ArgumentException($"The page at {range.Start + ((ulong)taken * GuestAddress.PageSize)} is mapped already.", nameof(range));
        pages.Fill(permission);
        _blocks.Clear();
    }

    /// <inheritdoc />
    public void ReadWrittenPages(int slot, Span<ulong> bitmap)
    {
        ulong[] written = TrackedSlot(slot, bitmap).WrittenPages;
        written.CopyTo(bitmap);
    }

    /// <inheritdoc />
    public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap) => TrackedSlot(slot, bitmap).Forget(bitmap);

    private MemorySlot TrackedSlot(int slot, ReadOnlySpan<ulong> bitmap)
    {
        ThrowIfDisposed();
        MemorySlot mapped = _slots.Get(slot);
        if (!mapped.IsTracked) throw new ArgumentException($"Slot {slot} is mapped without tracking.", nameof(slot));
        int words = mapped.WrittenPages.Length;
        if (bitmap.Length < words) throw new ArgumentException($"Slot {slot} needs {words} words, and the bitmap has {bitmap.Length}.", nameof(bitmap));
        return mapped;
    }
}
