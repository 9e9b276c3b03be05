using System.Collections.Immutable;
using SandboxActors.Core.Snapshots;
using SandboxActors.Core.Snapshots.Durable;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// What a sandbox was at one moment between calls: memory, registers and mapped regions. Immutable; it can be restored, any number of times, to the
/// sandbox that it was taken of; and saved, loaded by another process, and gone on from there.
/// </summary>
public sealed partial class Snapshot
{
    private readonly Lazy<ulong> _storedBytes;
    private readonly SnapshotFiles? _files;

    internal Snapshot(
        long sandboxId,
        GuestImage image,
        PageTree pages,
        VcpuState vcpu,
        ImmutableArray<MappedRegion> regions,
        SnapshotOrigin origin,
        SnapshotFiles? files = null)
    {
        SandboxId = sandboxId;
        Image = image;
        Pages = pages;
        _storedBytes = new Lazy<ulong>(CountStoredBytes);
        Vcpu = vcpu;
        Regions = regions;
        Origin = origin;
        _files = files;
    }

    /// <summary>The sandbox that it was taken of; zero for one that was loaded, which is no sandbox of this process.</summary>
    public long SandboxId { get; }

    /// <summary>The guest. That of a snapshot that was loaded cannot be started, only gone on with.</summary>
    public GuestImage Image { get; }

    /// <summary>
    /// Bytes of guest memory that it holds: pages that differ from the guest's file, those of zeros not counted. Pages of equal content are kept once in a
    /// process, whichever snapshots hold them, so many snapshots of like sandboxes take little more than one.
    /// </summary>
    public ulong StoredBytes => _storedBytes.Value;

    /// <summary>The regions that were mapped.</summary>
    public IReadOnlyList<MappedRegion> MappedRegions => Regions;

    internal PageTree Pages { get; }

    /// <summary>What the vCPU held; of a snapshot that was loaded only what is a guest's own. For a machine: <see cref="StateOn"/>.</summary>
    internal VcpuState Vcpu { get; }

    internal ImmutableArray<MappedRegion> Regions { get; }

    internal SnapshotOrigin Origin { get; }

    /// <summary>
    /// What a machine's vCPU must hold to go on from here. Whatever can be refused about a snapshot that was loaded, but for pages, is refused here,
    /// before anything is changed.
    /// </summary>
    /// <param name="pristine">What the vCPU of such a machine holds when it is new.</param>
    /// <param name="hypervisor">The kind of machine.</param>
    /// <exception cref="SnapshotFormatException">It cannot go on there, or a mapped region's file is not what it was.</exception>
    internal VcpuState StateOn(VcpuState pristine, string hypervisor) => _files?.StateOn(this, pristine, hypervisor) ?? Vcpu;

    private ulong CountStoredBytes() => (ulong)Pages.All().Count(held => !ReferenceEquals(held.Page, Image.InitialPages[held.Number])) * GuestAddress.PageSize;
}
