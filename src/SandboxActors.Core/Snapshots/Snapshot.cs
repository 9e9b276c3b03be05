using System.Collections.Immutable;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// What a sandbox was at one moment between calls: memory, registers and mapped regions. Immutable; it can be restored, any number of times, to the
/// sandbox that
/// it was taken of.
/// </summary>
public sealed class Snapshot
{
    internal Snapshot(long sandboxId, PageStore pages, VcpuState vcpu, ImmutableArray<MappedRegion> regions)
    {
        SandboxId = sandboxId;
        Pages = pages;
        Vcpu = vcpu;
        Regions = regions;
    }

    /// <summary>The sandbox that it was taken of.</summary>
    public long SandboxId { get; }

    /// <summary>Bytes of guest memory that it holds: what differed from the guest's file, pages of zeros not counted.</summary>
    public ulong StoredBytes => Pages.StoredBytes;

    /// <summary>The regions that were mapped.</summary>
    public IReadOnlyList<MappedRegion> MappedRegions => Regions;

    internal PageStore Pages { get; }

    internal VcpuState Vcpu { get; }

    internal ImmutableArray<MappedRegion> Regions { get; }
}
