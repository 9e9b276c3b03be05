namespace SandboxActors.Core;

/// <summary>What becomes of the changes that a call makes to its sandbox.</summary>
public enum StatePolicy
{
    /// <summary>They stay until <see cref="Sandbox.Restore"/>.</summary>
    Keep,

    /// <summary>They are rolled back when the call fails in any way, poison included.</summary>
    RollBackOnFailure,

    /// <summary>They are rolled back after every call.</summary>
    RollBackAlways,
}
