using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>A region was not mapped; the message says why. Nothing was changed.</summary>
public sealed class MemoryMappingException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="start">Where the region was to be mapped.</param>
    /// <param name="problem">Why it was not.</param>
    public MemoryMappingException(GuestAddress start, string problem)
        : base($"Nothing was mapped at {start}: {problem}.") => Start = start;

    /// <summary>Where the region was to be mapped.</summary>
    public GuestAddress Start { get; }
}
