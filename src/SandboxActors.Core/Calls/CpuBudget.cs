namespace SandboxActors.Core.Calls;

/// <summary>
/// The time that the guest of one call runs. Counted by the caller around each run of the machine; a clock beside it ends the call when, by then, the
/// budget is spent, and otherwise is told by the caller to come again.
/// </summary>
internal sealed class CpuBudget(TimeSpan budget, CallEnder ender, TimeProvider time) : IDisposable
{
    private TimeSpan _spent;
    private long _enteredAt;

    /// <summary>The guest is about to run.</summary>
    /// <returns>False if there is nothing left, and the call has been asked to end.</returns>
    public bool Enter()
    {
        TimeSpan rest = budget - _spent;
        if (rest <= TimeSpan.Zero)
        {
            ender.End();
            return false;
        }

        _enteredAt = time.GetTimestamp();
        ender.EndAfter(rest);
        return true;
    }

    /// <summary>The guest has stopped: until it runs again the clock stands.</summary>
    public void Leave()
    {
        _spent += time.GetElapsedTime(_enteredAt);
        ender.EndAfter(Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => ender.Dispose();
}
