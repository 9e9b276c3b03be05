using SandboxActors.Core;

namespace SandboxActors;

/// <summary>
/// The sandbox has stopped, so that what was asked of it will not happen. What was in flight or waiting when it stopped fails with this too.
/// </summary>
public sealed class SandboxStoppedException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The sandbox's name.</param>
    /// <param name="reason">Why it stopped.</param>
    public SandboxStoppedException(string name, SandboxStopReason reason)
        : base($"Sandbox '{name}' has stopped: {Describe(reason)}.")
    {
        Name = name;
        Reason = reason;
    }

    /// <summary>The sandbox's name.</summary>
    public string Name { get; }

    /// <summary>Why it stopped.</summary>
    public SandboxStopReason Reason { get; }

    private static string Describe(SandboxStopReason reason) => reason switch
    {
        SandboxStopReason.Policy => "its policy is to stop when it is poisoned",
        SandboxStopReason.LimitReached => "it was poisoned more often than its policy heals",
        SandboxStopReason.NeverStarted => "its guest did not start",
        _ => "it was asked to, or the actor system ended",
    };
}
