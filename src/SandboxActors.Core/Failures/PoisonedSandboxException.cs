namespace SandboxActors.Core;

/// <summary>The sandbox is poisoned: it refuses everything but restore and dispose.</summary>
public sealed class PoisonedSandboxException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">What poisoned the sandbox.</param>
    public PoisonedSandboxException(PoisonReason reason)
        : base($"The sandbox is poisoned ({reason}); restore a snapshot, or dispose it.") => Reason = reason;

    /// <summary>What poisoned the sandbox.</summary>
    public PoisonReason Reason { get; }
}
