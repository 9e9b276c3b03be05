namespace SandboxActors.Core;

/// <summary>How a step of a guest call ended.</summary>
public enum GuestStepKind
{
    /// <summary>The call has its result; there is no further step.</summary>
    Completed,

    /// <summary>The call has failed; there is no further step.</summary>
    Failed,

    /// <summary>The guest was preempted; the next step goes on where it was.</summary>
    Preempted,

    /// <summary>A host function's task has not completed; the next step goes on when it has.</summary>
    Waiting,
}
