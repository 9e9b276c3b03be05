using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>
/// What happens to sandboxes, as events that anyone may subscribe to, with <see cref="ISandboxes.Subscribe{TEvent}"/> or on the actor system's event
/// stream. The events of one sandbox are published in the order in which they happened.
/// </summary>
public static class SandboxEvents
{
    /// <summary>A sandbox is ready for its first call.</summary>
    /// <param name="Name">The sandbox's name.</param>
    /// <param name="Path">Its actor's path.</param>
    /// <param name="SandboxId">The number of its machine.</param>
    /// <param name="Duration">How long making the machine and starting the guest took.</param>
    public sealed record Started(string Name, ActorPath Path, long SandboxId, TimeSpan Duration) : SandboxEvent(Name, Path, SandboxId);

    /// <summary>A call has poisoned its sandbox, or a restore failed half way. Published before the caller learns of it.</summary>
    /// <param name="Name">The sandbox's name.</param>
    /// <param name="Path">Its actor's path.</param>
    /// <param name="SandboxId">The number of its machine.</param>
    /// <param name="Function">The guest function that was called; empty if it was not a call.</param>
    /// <param name="Reason">The cause; null if it was not a call.</param>
    /// <param name="CrashReport">Where the guest stood, and how it had come there; null if it was not a call.</param>
    public sealed record Poisoned(string Name, ActorPath Path, long SandboxId, string Function, PoisonReason? Reason, CrashReport? CrashReport)
        : SandboxEvent(Name, Path, SandboxId);

    /// <summary>A sandbox went back to a snapshot and serves calls again.</summary>
    /// <param name="Name">The sandbox's name.</param>
    /// <param name="Path">Its actor's path.</param>
    /// <param name="SandboxId">The number of its machine.</param>
    /// <param name="Attempt">The how manieth heal in a row it is, from 1: how often the sandbox was poisoned since a call last ended well.</param>
    /// <param name="Duration">How long the restore took.</param>
    /// <param name="Downtime">How long the sandbox served no calls: backoff and restore.</param>
    public sealed record Restored(string Name, ActorPath Path, long SandboxId, int Attempt, TimeSpan Duration, TimeSpan Downtime)
        : SandboxEvent(Name, Path, SandboxId);

    /// <summary>A sandbox has a new machine, made from its definition, and serves calls again.</summary>
    /// <param name="Name">The sandbox's name.</param>
    /// <param name="Path">Its actor's path.</param>
    /// <param name="SandboxId">The number of the new machine.</param>
    /// <param name="Attempt">The how manieth heal in a row it is, from 1.</param>
    /// <param name="Duration">How long making the machine and starting the guest took.</param>
    /// <param name="Downtime">How long the sandbox served no calls: backoff and rebuild.</param>
    public sealed record Rebuilt(string Name, ActorPath Path, long SandboxId, int Attempt, TimeSpan Duration, TimeSpan Downtime)
        : SandboxEvent(Name, Path, SandboxId);

    /// <summary>A sandbox is gone: its machine, its memory and its actor.</summary>
    /// <param name="Name">The sandbox's name.</param>
    /// <param name="Path">Its actor's path.</param>
    /// <param name="SandboxId">The number of its last machine; zero if it never had one.</param>
    /// <param name="Reason">Why it stopped.</param>
    public sealed record Stopped(string Name, ActorPath Path, long SandboxId, SandboxStopReason Reason) : SandboxEvent(Name, Path, SandboxId);
}
