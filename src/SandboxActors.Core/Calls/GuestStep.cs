using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>How a step of a guest call ended. A value; <see cref="Kind"/> says which members have a meaning.</summary>
public readonly record struct GuestStep
{
    /// <summary>How it ended.</summary>
    public GuestStepKind Kind { get; private init; }

    /// <summary>The result, for <see cref="GuestStepKind.Completed"/>.</summary>
    public GuestValue Value { get; private init; }

    /// <summary>Why the call failed, for <see cref="GuestStepKind.Failed"/>.</summary>
    public SandboxException? Failure { get; private init; }

    /// <summary>
    /// For <see cref="GuestStepKind.Waiting"/>: completes, and never faults, when the next step has something to do: the host function has ended, or
    /// the call shall.
    /// </summary>
    public Task? Waiting { get; private init; }

    internal static GuestStep Preempted { get; } = new() { Kind = GuestStepKind.Preempted };

    internal static GuestStep Completed(GuestValue value) => new() { Kind = GuestStepKind.Completed, Value = value };

    internal static GuestStep Failed(SandboxException failure) => new() { Kind = GuestStepKind.Failed, Failure = failure };

    internal static GuestStep WaitingFor(Task task) => new() { Kind = GuestStepKind.Waiting, Waiting = task };
}
