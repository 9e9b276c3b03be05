namespace SandboxActors.Benchmarks.Peers;

/// <summary>Where the pages lie that are written, and what the processor knows of them.</summary>
internal enum CycleShape
{
    /// <summary>All over the memory, evenly.</summary>
    Spread,

    /// <summary>The same, and before each cycle so much other memory is copied that none of it is in the processor's caches.</summary>
    Cold,

    /// <summary>The memory's first.</summary>
    Packed,
}
