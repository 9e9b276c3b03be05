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

    /// <summary>Ends the call when a time has passed.</summary>
    public void EndAfter(TimeSpan due)
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            if (_timer is null) _timer = time.CreateTimer(static ender => ((CallEnder)ender!).TryEnd(), this, due, Retry);
            else _timer.Change(due, Retry);
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
