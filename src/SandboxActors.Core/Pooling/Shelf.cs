using SandboxActors.Core.Machines;

namespace SandboxActors.Core.Pooling;

/// <summary>What a pool has of one shape. Under the pool's lock.</summary>
internal sealed class Shelf
{
    /// <summary>Micro-VMs that nobody has; the one given back last comes first, since its memory is the warmest.</summary>
    public Stack<MicroVm> Free { get; } = new();

    /// <summary>Micro-VMs that sandboxes have.</summary>
    public LeaseBook Leases { get; } = new();

    /// <summary>How many are to be free; null if nobody asked for any.</summary>
    public ReadyStock? Stock { get; set; }

    /// <summary>How many are to be free.</summary>
    public int Wanted => Stock?.Count ?? 0;

    /// <summary>How many more there are to be.</summary>
    public int Missing => Math.Max(0, Wanted - Free.Count);

    /// <summary>Whether there are fewer than there are to be.</summary>
    public bool IsShort => Missing > 0;

    /// <summary>Whether some are being taken from idle sandboxes before they are needed.</summary>
    public bool IsReserving { get; set; }

    /// <summary>What makes them, while it does.</summary>
    public Task? Filler { get; set; }
}
