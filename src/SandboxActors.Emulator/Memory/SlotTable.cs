using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>Which memory slots are in use, and by what. Checks what a caller asks for.</summary>
internal sealed class SlotTable
{
    /// <summary>Slots that callers name: 0 to 63.</summary>
    public const int Count = 64;

    private readonly MemorySlot?[] _slots = new MemorySlot?[Count];

    /// <summary>
    /// Whether some memory is seen at two addresses and can be written at one of them: then code may change without its own page being written.
    /// </summary>
    public bool HasWritableAlias { get; private set; }

    /// <summary>Maps a slot.</summary>
    /// <exception cref="ArgumentException">Slot in use, misaligned, overlapping, out of the guest address space, lengths differ.</exception>
    public void Map(int slot, GuestRange range, HostMemory memory, bool trackWrites)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Count);
        ArgumentNullException.ThrowIfNull(memory);
        if (_slots[slot] is not null) throw new ArgumentException($"Slot {slot} is in use.", nameof(slot));
        if (range.Length == 0 || !range.IsPageAligned) throw new ArgumentException($"{range} is not made of whole pages.", nameof(range));
        if (!GuestAddressSpace.IsUsable(range)) throw new ArgumentException($"{range} is outside the addresses that a guest can have.", nameof(range));
        if (range.Length != memory.Length)
            throw new ArgumentException($"{range} has {range.Length} bytes, and the memory has {memory.Length}.", nameof(memory));
        foreach (MemorySlot? other in _slots)
        {
            if (other is not null && other.Range.Overlaps(range))
                throw new ArgumentException($"{range} overlaps {other.Range}, which is mapped.", nameof(range));
        }

        if (trackWrites && memory is not GuestMemoryBlock) throw new ArgumentException("Only a block of guest memory can be written by a guest.", nameof(memory));
        _slots[slot] = new MemorySlot(range, memory, trackWrites);
        FindAliases();
    }

    /// <summary>Takes a slot away.</summary>
    /// <exception cref="ArgumentException">It is free, or no number of a slot.</exception>
    public MemorySlot Unmap(int slot)
    {
        MemorySlot unmapped = Get(slot);
        _slots[slot] = null;
        unmapped.Dispose();
        FindAliases();
        return unmapped;
    }

    /// <summary>The slot of a number.</summary>
    /// <exception cref="ArgumentException">It is free, or no number of a slot.</exception>
    public MemorySlot Get(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Count);
        return _slots[slot] ?? throw new ArgumentException($"Slot {slot} is free.", nameof(slot));
    }

    /// <summary>The slot that holds an address, if one does.</summary>
    public MemorySlot? Find(ulong address)
    {
        foreach (MemorySlot? slot in _slots)
        {
            if (slot is not null && address - slot.Range.Start.Value < slot.Range.Length) return slot;
        }

        return null;
    }

    /// <summary>Gives all memory back.</summary>
    public void Clear()
    {
        for (int slot = 0; slot < Count; slot++)
        {
            _slots[slot]?.Dispose();
            _slots[slot] = null;
        }
    }

    private void FindAliases()
    {
        var all = _slots.OfType<MemorySlot>().ToList();
        HasWritableAlias = all.Exists(one => one.IsTracked && all.Exists(other => other != one && other.Memory == one.Memory));
    }
}
