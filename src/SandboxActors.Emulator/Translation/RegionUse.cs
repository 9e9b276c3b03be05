namespace SandboxActors.Emulator;

/// <summary>A region in one machine.</summary>
internal sealed class RegionUse(Region region)
{
    public Region Region { get; } = region;

    /// <summary>When its code was last compared with guest memory; blocks are checked against the same clock.</summary>
    public long CheckedAt { get; set; }

    /// <summary>Whether guest memory has changed under it.</summary>
    public bool IsStale { get; set; }
}
