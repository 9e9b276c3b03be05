namespace SandboxActors.Core.Telemetry;

/// <summary>
/// That there is a sandbox, and whether it serves calls: for the counts of all of them, which are kept whether anybody listens or not. One that is
/// dropped instead of disposed leaves with the collector. Used by the operation inside the sandbox's gate.
/// </summary>
internal sealed class Presence : IDisposable
{
    private static long _allLive;
    private static long _allPoisoned;

    private bool _hasLeft;
    private bool _isPoisoned;

    public Presence() => Interlocked.Increment(ref _allLive);

    ~Presence() => CountOut();

    /// <summary>Sandboxes that there are.</summary>
    public static long Live => Volatile.Read(ref _allLive);

    /// <summary>Those of them that serve no calls.</summary>
    public static long Poisoned => Volatile.Read(ref _allPoisoned);

    /// <summary>Says whether the sandbox serves calls.</summary>
    public void SetPoisoned(bool isPoisoned)
    {
        if (isPoisoned == _isPoisoned || _hasLeft) return;
        _isPoisoned = isPoisoned;
        Interlocked.Add(ref _allPoisoned, isPoisoned ? 1 : -1);
    }

    /// <summary>The sandbox goes.</summary>
    public void Dispose()
    {
        CountOut();
        GC.SuppressFinalize(this);
    }

    private void CountOut()
    {
        SetPoisoned(false);
        if (_hasLeft) return;
        _hasLeft = true;
        Interlocked.Decrement(ref _allLive);
    }
}
