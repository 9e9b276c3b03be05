namespace SandboxActors;

/// <summary>Why a sandbox stopped.</summary>
public enum SandboxStopReason
{
    /// <summary>It was asked to, or its actor system ended.</summary>
    Requested,

    /// <summary>It was poisoned, and its policy is to stop then.</summary>
    Policy,

    /// <summary>It was poisoned more often than its policy heals.</summary>
    LimitReached,

    /// <summary>Its guest did not start in the first place.</summary>
    NeverStarted,
}
