using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>
/// A guest's memory as a debugger sees it: everything that the guest has, whatever the guest itself may do there, and nothing else. What other sandboxes, or
/// the host program, see too is not written.
/// </summary>
internal sealed class GuestView(SandboxMemory memory, RegionMap regions)
{
    /// <summary>Copies guest memory.</summary>
    /// <param name="address">Any number.</param>
    /// <param name="copy">Where the bytes go, and how many.</param>
    /// <returns>How many there were, up to the first that the guest does not have.</returns>
    public int Read(ulong address, Span<byte> copy)
    {
        int done = 0;
        while (done < copy.Length && Piece(address, done, copy.Length) is int length and > 0 && TryRead(new GuestAddress(address + (ulong)done), copy.Slice(done, length)))
            done += length;
        return done;
    }

    /// <summary>Writes guest memory: all of it, or nothing.</summary>
    /// <param name="address">Any number.</param>
    /// <param name="bytes">What is to stand there.</param>
    /// <returns>False where the guest has no such memory, or it is not its alone.</returns>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        for (int done = 0; done < bytes.Length;)
        {
            int length = Piece(address, done, bytes.Length);
            if (length == 0 || !memory.IsGuestsOwn(new GuestAddress(address + (ulong)done))) return false;
            done += length;
        }

        for (int done = 0; done < bytes.Length;)
        {
            int length = Piece(address, done, bytes.Length);
            memory.WriteForDebugger(new GuestAddress(address + (ulong)done), bytes.Slice(done, length));
            done += length;
        }

        return true;
    }

    /// <summary>Whether a breakpoint instruction can stand at an address: in code that no other sandbox runs.</summary>
    public bool CanHoldBreakpoint(ulong address) =>
        address < GuestAddressSpace.End.Value && memory.Image.SegmentAt(new GuestAddress(address)) is { } segment && segment.Access.HasFlag(MemoryAccess.Execute);

    /// <summary>Puts a byte in the place of another, until that is put back: nobody but the guest sees it in between.</summary>
    /// <param name="address">Where <see cref="CanHoldBreakpoint"/>.</param>
    /// <param name="value">The byte.</param>
    /// <returns>The other.</returns>
    public byte Exchange(ulong address, byte value) => memory.Exchange(new GuestAddress(address), value);

    // What is left of a part up to the end of a page; nothing outside of the addresses that guests can have.
    private static int Piece(ulong address, int done, int length)
    {
        if (address >= GuestAddressSpace.End.Value) return 0;
        ulong start = address + (ulong)done;
        return start >= GuestAddressSpace.End.Value ? 0 : Math.Min(length - done, GuestAddress.PageSize - (int)(start % GuestAddress.PageSize));
    }

    private bool TryRead(GuestAddress address, Span<byte> copy)
    {
        if ((memory.AccessAt(address) & ~MemoryAccess.Guard) != 0)
        {
            memory.Copy(address, copy);
            return true;
        }

        foreach (MappedRegion region in regions.All)
            if (region.Range.Contains(address)) return region.Memory.TryRead(address - region.Range.Start, copy);
        return false;
    }
}
