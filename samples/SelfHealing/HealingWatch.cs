using SandboxActors;

namespace SelfHealing;

/// <summary>Counts heals by the events that sandboxes publish.</summary>
internal sealed class HealingWatch : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> _subscriptions;
    private int _restores;
    private int _rebuilds;
    private int _awaited = int.MaxValue;

    public HealingWatch(ISandboxes sandboxes, Tally tally)
    {
        _subscriptions =
        [
            sandboxes.Subscribe<SandboxEvents.Restored>(restored => Count(ref _restores, tally, restored.Downtime)),
            sandboxes.Subscribe<SandboxEvents.Rebuilt>(rebuilt => Count(ref _rebuilds, tally, rebuilt.Downtime)),
        ];
    }

    public int Restores => Volatile.Read(ref _restores);

    public int Rebuilds => Volatile.Read(ref _rebuilds);

    public int Heals => Restores + Rebuilds;

    /// <summary>Waits until there have been so many heals; events come a moment after what they tell of.</summary>
    public async Task ReachAsync(int heals, TimeSpan patience)
    {
        Volatile.Write(ref _awaited, heals);
        Interlocked.MemoryBarrier();
        if (Heals >= heals) return;
        await Task.WhenAny(_reached.Task, Task.Delay(patience));
    }

    public void Dispose()
    {
        foreach (IDisposable subscription in _subscriptions) subscription.Dispose();
    }

    private void Count(ref int heals, Tally tally, TimeSpan downtime)
    {
        tally.CountHeal(downtime);
        Interlocked.Increment(ref heals);
        if (Heals >= Volatile.Read(ref _awaited)) _reached.TrySetResult();
    }
}
