using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>Host memory that a guest sees.</summary>
/// <param name="Range">Where the guest sees it.</param>
/// <param name="Access">Read, or read and execute.</param>
/// <param name="Memory">The memory.</param>
public sealed record MappedRegion(GuestRange Range, MemoryAccess Access, HostMemory Memory);
