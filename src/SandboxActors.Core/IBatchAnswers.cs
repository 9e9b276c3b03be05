namespace SandboxActors.Core;

/// <summary>Told how the calls of a batch have ended, all but the one in hand, whose end is the step's: <see cref="Sandbox.StartBatch"/>.</summary>
public interface IBatchAnswers
{
    /// <summary>
    /// Calls have ended, each before the next one started, and the call behind them is in hand. Called inside <see cref="GuestCall.Step"/>, on its
    /// thread, before the host does anything for the call in hand and before the step ends. It must not use the sandbox, and must not throw: the
    /// sandbox is poisoned if it does.
    /// </summary>
    /// <param name="first">The place of the first of them in the batch.</param>
    /// <param name="answers">How each ended: <see cref="GuestStepKind.Completed"/>, or <see cref="GuestStepKind.Failed"/> with a failure that leaves
    /// the sandbox healthy.</param>
    void Answered(int first, ReadOnlySpan<GuestStep> answers);
}
