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
    private readonly Lazy<ulong> _storedBytes;

    internal Snapshot(long sandboxId, GuestImage image, PageTree pages, VcpuState vcpu, ImmutableArray<MappedRegion> regions)
    {
        SandboxId = sandboxId;
        Image = image;
        Pages = pages;
        _storedBytes = new Lazy<ulong>(CountStoredBytes);
        Vcpu = vcpu;
        Regions = regions;
    }

    /// <summary>The sandbox that it was taken of.</summary>
    public long SandboxId { get; }

    /// <summary>
    /// Bytes of guest memory that it holds: pages that differ from the guest's file, those of zeros not counted. Pages of equal content are kept once in a
    /// process, whichever snapshots hold them, so many snapshots of like sandboxes take little more than one.
    /// </summary>
    public ulong StoredBytes => _storedBytes.Value;

    /// <summary>The regions that were mapped.</summary>
    public IReadOnlyList<MappedRegion> MappedRegions => Regions;

    internal GuestImage Image { get; }

    internal PageTree Pages { get; }

    internal VcpuState Vcpu { get; }

    internal ImmutableArray<MappedRegion> Regions { get; }

    private ulong CountStoredBytes() => (ulong)Pages.All().Count(held => !ReferenceEquals(held.Page, Image.InitialPages[held.Number])) * GuestAddress.PageSize;
}
