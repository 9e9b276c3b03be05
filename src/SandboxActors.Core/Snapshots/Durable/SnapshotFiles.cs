using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>The files of a snapshot that was loaded. They are let go when nobody refers to them any more; disposed only if nobody has begun to.</summary>
/// <param name="directory">Where they are.</param>
internal sealed class SnapshotFiles(BlobDirectory directory) : IDisposable
{
    private readonly Dictionary<string, RegionFile> _regions = new(StringComparer.Ordinal);
    private StoredPages? _pages;

    /// <summary>The files of mapped regions.</summary>
    public int RegionCount => _regions.Count;

    /// <summary>Opens the contents of the pages. To be called once.</summary>
    /// <exception cref="SnapshotFormatException">The file is missing, or has another size.</exception>
    public StoredPages OpenPages(OciDescriptor memory, PageIndex index) => _pages = new StoredPages(Blob.Open(directory, memory), index);

    /// <summary>Maps what a region shows, if no other region shows the same.</summary>
    /// <exception cref="SnapshotFormatException">The file is missing, has another size, or cannot be mapped.</exception>
    public MappedFile OpenRegion(OciDescriptor region)
    {
        if (_regions.TryGetValue(region.Digest, out RegionFile? known)) return known.Memory;
        Blob blob = Blob.Open(directory, region);
        try
        {
            var opened = new RegionFile(blob);
            _regions.Add(region.Digest, opened);
            return opened.Memory;
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }

    /// <summary>What a machine's vCPU must hold to go on from a snapshot. Verifies what its guest will have mapped.</summary>
    /// <param name="snapshot">The snapshot whose files these are.</param>
    /// <param name="held">What its vCPU held.</param>
    /// <param name="pristine">What a new vCPU holds.</param>
    /// <param name="hypervisor">The kind of machine.</param>
    /// <exception cref="SnapshotFormatException">It cannot go on there, or a region's file is not what it was.</exception>
    public VcpuState StateOn(Snapshot snapshot, VcpuState held, VcpuState pristine, string hypervisor)
    {
        bool isSameKind = snapshot.Origin.Hypervisor == hypervisor && snapshot.Origin.Processor == HostProcessor.Vendor;
        if (GuestOwnedState.FindMissing(held, pristine, isSameKind) is { } missing)
            throw directory.Refused(SnapshotProblem.OtherProcessor, missing);
        foreach (RegionFile region in _regions.Values) region.Verify(static _ => { });
        return GuestOwnedState.On(pristine, held);
    }

    /// <summary>Reads everything and verifies it.</summary>
    /// <param name="advance">Told of bytes that have been verified, and of how many there are; throws to end it.</param>
    /// <exception cref="SnapshotFormatException">Something is not what it was.</exception>
    public void Verify(Action<long, long> advance)
    {
        long total = (_pages?.Length ?? 0) + _regions.Values.Sum(static region => (long)region.Memory.FileLength);
        _pages?.Verify(bytes => advance(bytes, total));
        foreach (RegionFile region in _regions.Values) region.Verify(bytes => advance(bytes, total));
    }

    public void Dispose()
    {
        _pages?.Dispose();
        foreach (RegionFile region in _regions.Values) region.Dispose();
    }
}
