using SandboxActors.Core.Telemetry;

namespace SandboxActors.Core.Calls;

/// <summary>That a call was asked to end: why, and who waits to know what came of it. Under the lock of its interrupt handle until the call has ended.</summary>
/// <param name="reason">Why; the first reason stays.</param>
/// <param name="time">The clock that its latency is measured by; null if nothing about it is measured.</param>
internal sealed class KillRequest(CallEnd reason, TimeProvider? time)
{
    private readonly List<TaskCompletionSource<KillOutcome>> _waiters = [];
    private readonly Timing _timing = time is null ? default : Timing.Begin(SandboxMeter.KillLatency, time);

    /// <summary>One more wants the call to end.</summary>
    public Task<KillOutcome> Join()
    {
        var waiter = new TaskCompletionSource<KillOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add(waiter);
        return waiter.Task;
    }

    /// <summary>The call has ended: tells all what became of their kill. Their continuations run elsewhere.</summary>
    public void Tell(bool killed)
    {
        if (time is not null)
        {
            SandboxMeter.Kills.Add(1, MeterTags.Of(reason), MeterTags.OfKill(killed));
            _timing.End(SandboxMeter.KillLatency, MeterTags.Of(reason), MeterTags.OfKill(killed));
        }

        foreach (TaskCompletionSource<KillOutcome> waiter in _waiters) waiter.TrySetResult(killed ? KillOutcome.Killed : KillOutcome.CompletedFirst);
    }
}
