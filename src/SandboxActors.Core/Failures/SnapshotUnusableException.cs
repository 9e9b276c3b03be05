using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>Memory that the snapshot had mapped is gone, so the snapshot can be neither restored nor saved. Nothing was changed.</summary>
public sealed class SnapshotUnusableException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="region">Where the memory that is gone was mapped.</param>
    public SnapshotUnusableException(GuestRange region)
        : this(region, "memory has been disposed")
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="region">Where the memory that is gone was mapped.</param>
    /// <param name="loss">What became of it, as the end of a sentence about it.</param>
    public SnapshotUnusableException(GuestRange region, string loss)
        : base($"The snapshot has a region mapped at {region} whose {loss}.") => Region = region;

    /// <summary>Where the memory that is gone was mapped.</summary>
    public GuestRange Region { get; }
}
