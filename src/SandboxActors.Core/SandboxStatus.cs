namespace SandboxActors.Core;

/// <summary>What a sandbox can be asked to do.</summary>
public enum SandboxStatus
{
    /// <summary>Everything.</summary>
    Ready,

    /// <summary>Only restore and dispose: a call was not run to its end.</summary>
    Poisoned,

    /// <summary>Only dispose: a restore failed half way.</summary>
    Unrecoverable,

    /// <summary>Nothing.</summary>
    Disposed,
}
