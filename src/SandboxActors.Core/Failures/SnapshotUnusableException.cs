using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>A region that the snapshot had mapped has been disposed by its owner, so the snapshot cannot be restored. Nothing was changed.</summary>
public sealed class SnapshotUnusableException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="region">Where the memory that is gone was mapped.</param>
    public SnapshotUnusableException(GuestRange region)
        : base($"The snapshot has a region mapped at {region} whose memory has been disposed.") => Region = region;

    /// <summary>Where the memory that is gone was mapped.</summary>
    public GuestRange Region { get; }
}
