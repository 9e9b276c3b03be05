using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>Which of a machine's memory slots are in use, and by what. Checks what a caller asks for; touches no kernel.</summary>
internal sealed class SlotTable
{
    /// <summary>Slots that callers name: 0 to 63. The machine's own come behind them.</summary>
    public const int Count = 64;

    // As long as the highest slot in use needs: most machines have two.
    private MappedSlot?[] _slots = [];

    /// <summary>Checks that a slot can be mapped so.</summary>
    /// <exception cref="ArgumentException">Slot in use, misaligned, overlapping, out of the guest address space, lengths differ.</exception>
    public void CheckFree(int slot, GuestRange range, HostMemory memory)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Count);
        ArgumentNullException.ThrowIfNull(memory);
        if (slot < _slots.Length && _slots[slot] is not null) throw new ArgumentException($"Slot {slot} is in use.", nameof(slot));
        if (range.Length == 0 || !range.IsPageAligned) throw new ArgumentException($"{range} is not made of whole pages.", nameof(range));
        if (!GuestAddressSpace.IsUsable(range))
            throw new ArgumentException($"{range} is outside the addresses that a guest can have.", nameof(range));
        if (range.Length != memory.Length)
            throw new ArgumentException($"{range} has {range.Length} bytes, and the memory has {memory.Length}.", nameof(memory));
        foreach (MappedSlot? other in _slots)
        {
            if (other is not null && other.Range.Overlaps(range))
                throw new ArgumentException($"{range} overlaps {other.Range}, which is mapped.", nameof(range));
        }
    }

    /// <summary>The slot of a number.</summary>
    /// <exception cref="ArgumentException">It is free, or no number of a slot.</exception>
    public MappedSlot Get(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Count);
        return (slot < _slots.Length ? _slots[slot] : null) ?? throw new ArgumentException($"Slot {slot} is free.", nameof(slot));
    }

    /// <summary>Notes that a slot is mapped, or with null that it is free again.</summary>
    public void Set(int slot, MappedSlot? mapped)
    {
        if (slot >= _slots.Length) Array.Resize(ref _slots, slot + 1);
        _slots[slot] = mapped;
    }

    /// <summary>The slot that holds all of a range, if one does.</summary>
    public MappedSlot? Find(GuestRange range)
    {
        foreach (MappedSlot? slot in _slots)
        {
            if (slot is not null && slot.Range.Contains(range)) return slot;
        }

        return null;
    }

    /// <summary>Copies guest memory, as far as it is mapped without a gap and still there.</summary>
    /// <param name="start">Where from.</param>
    /// <param name="destination">Where to.</param>
    /// <returns>How many bytes were copied.</returns>
    public int Read(GuestAddress start, Span<byte> destination)
    {
        int copied = 0;
        while (copied < destination.Length && start.Value <= ulong.MaxValue - (ulong)destination.Length)
        {
            GuestAddress address = start + (ulong)copied;
            if (Find(new GuestRange(address, 1)) is not { } slot) break;
            int length = (int)Math.Min((ulong)(destination.Length - copied), slot.Range.End - address);
            if (!slot.Memory.TryRead(address - slot.Range.Start, destination.Slice(copied, length))) break;
            copied += length;
        }

        return copied;
    }
}
