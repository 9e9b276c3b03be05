namespace SandboxActors;

/// <summary>What a sandbox's actor is doing.</summary>
public enum SandboxActorState
{
    /// <summary>It waits for a request.</summary>
    Healthy,

    /// <summary>It is in the middle of a call.</summary>
    Running,

    /// <summary>It waits to be healed.</summary>
    Poisoned,
}
