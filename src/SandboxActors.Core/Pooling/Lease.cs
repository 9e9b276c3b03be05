using SandboxActors.Core.Machines;

namespace SandboxActors.Core.Pooling;

/// <summary>Which sandbox has a micro-VM, and when that was last found to have been used. Under the pool's lock.</summary>
internal sealed class Lease(MicroVm vm, IMicroVmHolder holder, long number, long lastUsed) : IComparable<Lease>
{
    public MicroVm Vm { get; } = vm;

    public IMicroVmHolder Holder { get; } = holder;

    /// <summary>Its place in the order of use. Changed only while it is not in a set that goes by it.</summary>
    public long LastUsed { get; set; } = lastUsed;

    private long Number { get; } = number;

    /// <summary>The least recently used first; of two at the same time the older lease.</summary>
    public int CompareTo(Lease? other)
    {
        if (other is null) return 1;
        int byUse = LastUsed.CompareTo(other.LastUsed);
        return byUse != 0 ? byUse : Number.CompareTo(other.Number);
    }
}
