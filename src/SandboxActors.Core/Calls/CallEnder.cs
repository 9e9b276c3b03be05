using SandboxActors.Machine;

namespace SandboxActors.Core.Calls;

/// <summary>
/// Ends one particular call, now or when its time has come, and tries again as long as the system refuses to signal the guest's thread. Late is
/// harmless: it finds another call, or none.
/// </summary>
internal sealed class CallEnder(InterruptHandle handle, long call, CallEnd reason, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _isDisposed;

    // When it ends the call; or how long before that it was when the clock was stopped.
    private long _since;
    private TimeSpan _due;
    private bool _stands;

    /// <summary>Ends the call when a time has passed.</summary>
    public void EndAfter(TimeSpan due)
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            (_since, _due) = (time.GetTimestamp(), due);
            if (_timer is null) _timer = time.CreateTimer(static ender => ((CallEnder)ender!).TryEnd(), this, due, Retry);
            else _timer.Change(due, Retry);
        }
    }

    /// <summary>Stops the clock; nothing if it stands.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_stands || _timer is null) return;
            _stands = true;
            _due -= time.GetElapsedTime(_since);
            _timer.Change(Timeout.InfiniteTimeSpan, Retry);
        }
    }

    /// <summary>Has the clock go on from where it was stopped; nothing if it does not stand.</summary>
    public void GoOn()
    {
        lock (_lock)
        {
            if (!_stands) return;
            _stands = false;
            EndAfter(_due > TimeSpan.Zero ? _due : TimeSpan.Zero);
        }
    }

    /// <summary>Ends the call now.</summary>
    public void End()
    {
        if (!TryEnd()) EndAfter(Retry);
    }

    /// <summary>The call has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private bool TryEnd()
    {
        try
        {
            handle.Kill(call, reason);
            return true;
        }
        catch (MachineException)
        {
            // The system refused to signal the guest's thread. On a timer's thread nobody could catch this, and the next tick tries again.
            return false;
        }
    }
}
