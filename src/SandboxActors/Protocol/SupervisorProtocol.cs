using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>What a <see cref="SandboxSupervisor"/> understands and answers: from users of sandboxes, and from the sandboxes below it.</summary>
public static class SupervisorProtocol
{
    /// <summary>Makes a sandbox. Answered by <see cref="Created"/> when its guest is ready, or by <see cref="SandboxProtocol.Failed"/>.</summary>
    /// <param name="Definition">What it is to be.</param>
    /// <param name="Name">Its name, the last part of its actor's path; null for one made from the guest's name.</param>
    public sealed record Create(SandboxDefinition Definition, string? Name = null);

    /// <summary>A sandbox is ready for calls.</summary>
    /// <param name="Sandbox">The sandbox.</param>
    public sealed record Created(SandboxRef Sandbox);

    /// <summary>
    /// Stops a sandbox: the call in flight is ended, it and those that wait fail with <see cref="SandboxStoppedException"/>. Not answered; watch the
    /// actor.
    /// </summary>
    /// <param name="Sandbox">Its actor.</param>
    public sealed record StopSandbox(IActorRef Sandbox);

    /// <summary>A sandbox has its first machine, and its guest is ready.</summary>
    /// <param name="Golden">The snapshot taken right then.</param>
    internal sealed record Started(Snapshot Golden);

    /// <summary>A sandbox could not be made.</summary>
    /// <param name="Cause">Why.</param>
    internal sealed record StartFailed(Exception Cause);

    /// <summary>A snapshot was taken or restored: it is what a heal goes back to.</summary>
    /// <param name="Snapshot">The snapshot.</param>
    internal sealed record SnapshotChanged(Snapshot Snapshot);

    /// <summary>A sandbox waits to be healed.</summary>
    /// <param name="Episode">Which poisoning; the answer names it.</param>
    /// <param name="IsRecoverable">Whether a restore can help.</param>
    /// <param name="InARow">Whether no call has ended well since the heal before.</param>
    internal sealed record Poisoned(long Episode, bool IsRecoverable, bool InARow);

    /// <summary>A sandbox is healed.</summary>
    /// <param name="Golden">The snapshot of the new machine, if it was built anew.</param>
    internal sealed record Healed(Snapshot? Golden);

    /// <summary>The supervisor to itself: the backoff is over.</summary>
    /// <param name="Sandbox">Whose.</param>
    /// <param name="Decision">What was decided.</param>
    /// <param name="Episode">Which poisoning.</param>
    internal sealed record BackoffOver(IActorRef Sandbox, HealingDecision Decision, long Episode);
}
