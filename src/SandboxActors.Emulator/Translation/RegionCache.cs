namespace SandboxActors.Emulator;

/// <summary>
/// Translated regions of all machines of a hypervisor: what one machine has translated, the others that run the same guest need not. Safe for use
/// from any thread.
/// </summary>
internal sealed class RegionCache
{
    // Bounds what guests can make the host remember: some hundred bytes of machine code an instruction.
    private const int MostOperations = 1 << 17;

    // Guests with different code at one address: the oldest makes room.
    private const int MostVersions = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, List<Region>> _byEntry = [];
    private int _operations;

    /// <summary>A region that has an entry at an address, and that a machine can run.</summary>
    public Region? Find(ref Cpu cpu, ulong address)
    {
        Region[] versions;
        lock (_lock)
        {
            if (!_byEntry.TryGetValue(address, out List<Region>? known)) return null;
            versions = [.. known];
        }

        foreach (Region region in versions)
        {
            if (region.IsIn(ref cpu)) return region;
        }

        return null;
    }

    /// <summary>Offers a region to other machines.</summary>
    public void Add(Region region)
    {
        lock (_lock)
        {
            _operations += region.Operations;
            if (_operations > MostOperations)
            {
                // Machines keep the regions that they run; those that no machine has are collected.
                _byEntry.Clear();
                _operations = region.Operations;
            }

            foreach (ulong entry in region.Entries)
            {
                if (!_byEntry.TryGetValue(entry, out List<Region>? versions)) _byEntry.Add(entry, versions = []);
                if (versions.Count == MostVersions) versions.RemoveAt(0);
                versions.Add(region);
            }
        }
    }
}
