using System.Collections.Immutable;
using SandboxActors.Core.Snapshots;
using SandboxActors.Core.Snapshots.Durable;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// What a sandbox was at one moment between calls: memory, registers and mapped regions. Immutable; it can be restored, any number of times, to the
/// sandbox that it was taken of, and any number of sandboxes can be forked from it; and it can be saved, loaded by another process, and forked there.
/// </summary>
public sealed partial class Snapshot
{
    private readonly SnapshotFiles? _files;
    private GoldenMemory? _golden;

    internal Snapshot(
        long sandboxId, SnapshotOrigin origin, bool takesBatches, PageTree pages, KeptRegisters registers, ImmutableArray<MappedRegion> regions, GoldenMemory? golden = null,
        SnapshotFiles? files = null)
    {
        SandboxId = sandboxId;
        Origin = origin;
        TakesBatches = takesBatches;
        Pages = pages;
        Registers = registers;
        Regions = regions;
        _golden = golden;
        _files = files;
    }

    /// <summary>The sandbox that it was taken of; zero for one that was loaded, which is no sandbox of this process.</summary>
    public long SandboxId { get; }

    /// <summary>The guest. That of a snapshot that was loaded cannot be started, only gone on with.</summary>
    public GuestImage Image => Origin.Image;

    /// <summary>
    /// Bytes that its pages take which differ from the guest's file and are not all zeros; of a page that is mostly zeros, or differs little from what stood
    /// there before, only what differs. Pages of equal content are kept once in a process, whichever snapshots hold them, so many snapshots of like sandboxes
    /// take little more than one. Goes through all of its pages.
    /// </summary>
    public ulong StoredBytes =>
        (ulong)Pages.All().Where(held => !ReferenceEquals(held.Page, Origin.Image.InitialPages[held.Number])).Sum(static held => held.Page.StoredBytes);

    /// <summary>The regions that were mapped.</summary>
    public IReadOnlyList<MappedRegion> MappedRegions => Regions;

    /// <summary>Whether it was loaded, and not taken in this process.</summary>
    internal bool IsLoaded => _files is not null;

    internal SnapshotOrigin Origin { get; }

    /// <summary>Whether the guest said, when it started, that it can be given batches.</summary>
    internal bool TakesBatches { get; }

    internal PageTree Pages { get; }

    /// <summary>What the vCPU held; of a snapshot that was loaded only what is a guest's own. For a machine: <see cref="StateOn"/>.</summary>
    internal KeptRegisters Registers { get; }

    internal ImmutableArray<MappedRegion> Regions { get; }

    /// <summary>The memory that its sandbox came from, if that was forked, or that forks of it share.</summary>
    internal GoldenMemory? Golden => Volatile.Read(ref _golden);

    /// <summary>Makes its own memory the one that forks of it share.</summary>
    internal void BeForked()
    {
        if (Golden?.Pages != Pages) Interlocked.Exchange(ref _golden, new GoldenMemory(Pages));
    }

    /// <summary>The same state, as another sandbox's.</summary>
    internal Snapshot For(long sandboxId) => new(sandboxId, Origin, TakesBatches, Pages, Registers, Regions, _golden, _files);

    /// <summary>
    /// What a machine's vCPU must hold to go on from here. Whatever can be refused about a snapshot that was loaded, but for pages, is refused here,
    /// before anything is changed.
    /// </summary>
    /// <param name="pristine">What the vCPU of such a machine holds when it is new.</param>
    /// <param name="hypervisor">The kind of machine.</param>
    /// <param name="latest">The extended state that was made last for this machine: taken if it is the same, and else set.</param>
    /// <exception cref="SnapshotFormatException">It cannot go on there, or a mapped region's file is not what it was.</exception>
    internal VcpuState StateOn(VcpuState pristine, string hypervisor, ref (Page? Kept, ImmutableArray<byte> Image) latest)
    {
        VcpuState held = Registers.ToState(ref latest);
        return _files?.StateOn(this, held, pristine, hypervisor) ?? held;
    }

    /// <summary>Checks that everything that it needs is still there.</summary>
    /// <exception cref="SnapshotUnusableException">Memory that it had mapped has been disposed.</exception>
    internal void CheckUsable()
    {
        foreach (MappedRegion region in Regions)
            if (region.Memory.IsDisposed) throw new SnapshotUnusableException(region.Range);
    }
}
