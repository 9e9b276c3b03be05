using System.Collections.Immutable;
using SandboxActors.Machine;

namespace SandboxActors.Core.Layout;

/// <summary>The regions mapped into a guest beside its own memory: what may be mapped where, and the machine's slots that they take.</summary>
internal sealed class RegionMap(IVirtualMachine machine, SandboxLayout layout)
{
    private const int FirstSlot = SandboxMemory.SharedSlot + 1;
    private const int Slots = 64;

    /// <summary>The most regions that can be mapped.</summary>
    public const int Maximum = Slots - FirstSlot;

    private const MemoryAccess Mappable = MemoryAccess.Read | MemoryAccess.Execute;

    private readonly MappedRegion?[] _bySlot = new MappedRegion?[Slots];

    /// <summary>The regions from the lowest address up.</summary>
    public ImmutableArray<MappedRegion> All { get; private set; } = [];

    /// <summary>What a guest may do at an address of a region; null outside all of them.</summary>
    public MemoryAccess? AccessAt(GuestAddress address)
    {
        foreach (MappedRegion region in All)
            if (region.Range.Contains(address)) return region.Access;
        return null;
    }

    /// <exception cref="MemoryMappingException">The region may not be there, or not be so; nothing was changed.</exception>
    /// <exception cref="MachineException">The system refused; nothing was changed.</exception>
    public void Map(GuestAddress start, HostMemory memory, MemoryAccess access)
    {
        if (memory.IsDisposed) throw new MemoryMappingException(start, "the memory has been disposed");
        Insert(new MappedRegion(Check(start, memory.Length, access, layout, All.Select(static region => region.Range)), access, memory));
    }

    /// <summary>Tests whether a region may be in a guest.</summary>
    /// <param name="start">Where it is to be.</param>
    /// <param name="length">In bytes.</param>
    /// <param name="access">What the guest may do there.</param>
    /// <param name="layout">The guest's own memory.</param>
    /// <param name="others">Where other regions are.</param>
    /// <returns>Its range.</returns>
    /// <exception cref="MemoryMappingException">It may not be there, or not be so.</exception>
    public static GuestRange Check(GuestAddress start, ulong length, MemoryAccess access, SandboxLayout layout, IEnumerable<GuestRange> others)
    {
        if (access.HasFlag(MemoryAccess.Guard)) throw new MemoryMappingException(start, "guard pages are the host's own to lay");
        if (access.HasFlag(MemoryAccess.Write)) throw new MemoryMappingException(start, "a mapped region cannot be writable");
        if (!access.HasFlag(MemoryAccess.Read) || (access & ~Mappable) != 0) throw new MemoryMappingException(start, "a mapped region is Read, or Read and Execute");
        if (!start.IsPageAligned) throw new MemoryMappingException(start, $"the address is no multiple of {GuestAddress.PageSize}");
        if (start.Value > GuestAddressSpace.End.Value || length > GuestAddressSpace.End - start)
            throw new MemoryMappingException(start, $"the region ends above {GuestAddressSpace.End}");
        var range = new GuestRange(start, length);
        if (!GuestAddressSpace.IsUsable(range)) throw new MemoryMappingException(start, $"guests have no memory at {range}");
        if (range.Overlaps(layout.Reserved)) throw new MemoryMappingException(start, $"{range} overlaps the guest's own memory {layout.Reserved}");
        foreach (GuestRange other in others)
            if (range.Overlaps(other)) throw new MemoryMappingException(start, $"{range} overlaps the region mapped at {other}");
        return range;
    }

    /// <summary>Unmaps what is not wanted and maps what is missing.</summary>
    /// <exception cref="MachineException">The system refused; some of it is done.</exception>
    public void ChangeTo(ImmutableArray<MappedRegion> wanted)
    {
        foreach (MappedRegion region in All.Except(wanted).ToArray()) Remove(region);
        foreach (MappedRegion region in wanted.Except(All).ToArray()) Insert(region);
    }

    private void Insert(MappedRegion region)
    {
        int slot = Array.IndexOf(_bySlot, null, FirstSlot);
        if (slot < 0) throw new MemoryMappingException(region.Range.Start, $"{Maximum} regions are mapped, which is the most");
        machine.MapMemory(slot, region.Range, region.Memory, trackWrites: false);
        try
        {
            machine.Protect(region.Range, region.Access);
        }
        catch
        {
            machine.UnmapMemory(slot);
            throw;
        }

        _bySlot[slot] = region;
        All = [.. _bySlot.OfType<MappedRegion>().OrderBy(r => r.Range.Start)];
    }

    private void Remove(MappedRegion region)
    {
        int slot = Array.IndexOf(_bySlot, region);
        machine.UnmapMemory(slot);
        _bySlot[slot] = null;
        All = All.Remove(region);
    }
}
