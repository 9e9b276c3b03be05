namespace SandboxActors;

/// <summary>What happens to a sandbox that a call has poisoned.</summary>
public enum HealingPolicy
{
    /// <summary>It goes back to the snapshot taken or restored last, within limits; then it is rebuilt, within limits; then it stops.</summary>
    Restore,

    /// <summary>Its machine is thrown away and a new one made from the definition, within limits; then it stops.</summary>
    Rebuild,

    /// <summary>It stops.</summary>
    Stop,
}
