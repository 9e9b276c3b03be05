namespace SandboxActors;

/// <summary>Lets so many through at once, and so many a second in the long run. For one thread at a time.</summary>
/// <param name="perSecond">Tokens that come in a second.</param>
/// <param name="most">Tokens that it holds, at first and at most.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(int perSecond, int most, TimeProvider time)
{
    private double _tokens = most;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes a token, if there is one.</summary>
    public bool TryTake()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(most, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
