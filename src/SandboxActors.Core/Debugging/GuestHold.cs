namespace SandboxActors.Core.Debugging;

/// <summary>A guest's being stopped in the debugger, once.</summary>
/// <param name="reason">Why.</param>
internal sealed class GuestHold(StopReason reason)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StopReason Reason => reason;

    /// <summary>Completes, and never faults, when the guest goes on.</summary>
    public Task Ended => _end.Task;

    public void End() => _end.TrySetResult();
}
