using SandboxActors.Core;
using SandboxActors.Machine;

namespace SandboxActors;

/// <summary>What sandboxes need to start in an actor system.</summary>
/// <param name="Hypervisor">What their machines run on.</param>
public sealed record SandboxesSetup(IHypervisor Hypervisor)
{
    /// <summary>The guests that sandboxes can be made for, by name.</summary>
    public IReadOnlyDictionary<string, GuestImage> Guests { get; init; } = new Dictionary<string, GuestImage>();

    /// <summary>The settings; null for those in the actor system's configuration.</summary>
    public SandboxSettings? Settings { get; init; }

    /// <summary>Whether the hypervisor is disposed when the actor system has ended.</summary>
    public bool OwnsHypervisor { get; init; }

    /// <summary>Where guests' log records go, if the host takes them.</summary>
    internal IGuestLogSink? GuestLog { get; init; }
}
