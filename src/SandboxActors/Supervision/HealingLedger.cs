namespace SandboxActors;

/// <summary>Counts the heals of one sandbox and decides on the next one. Time and chance come from outside.</summary>
/// <param name="settings">The policy and its limits.</param>
/// <param name="random">A number from 0 up to 1.</param>
internal sealed class HealingLedger(HealingSettings settings, Func<double> random)
{
    private readonly Queue<TimeSpan> _restores = new();
    private readonly Queue<TimeSpan> _rebuilds = new();
    private int _attempt;

    /// <summary>Decides, and counts what it decided.</summary>
    /// <param name="now">The time on a clock that never goes back.</param>
    /// <param name="isRecoverable">Whether a restore can help.</param>
    /// <param name="inARow">Whether no call has ended well since the heal before.</param>
    public HealingDecision Decide(TimeSpan now, bool isRecoverable, bool inARow)
    {
        _attempt = inARow ? _attempt + 1 : 1;
        if (settings.Policy == HealingPolicy.Stop) return Stop(SandboxStopReason.Policy);

        if (settings.Policy == HealingPolicy.Restore && isRecoverable && TryCount(_restores, settings.MaximumRestores, now))
            return new HealingDecision(HealingPolicy.Restore, _attempt, Delay());

        if (!TryCount(_rebuilds, settings.MaximumRebuilds, now)) return Stop(SandboxStopReason.LimitReached);
        _restores.Clear(); // a new machine has all its restores before it
        return new HealingDecision(HealingPolicy.Rebuild, _attempt, Delay());
    }

    private HealingDecision Stop(SandboxStopReason reason) => new(HealingPolicy.Stop, _attempt, TimeSpan.Zero, reason);

    private bool TryCount(Queue<TimeSpan> counted, int limit, TimeSpan now)
    {
        if (limit == HealingSettings.Unlimited) return true;
        while (counted.TryPeek(out TimeSpan oldest) && now - oldest >= settings.Within) counted.Dequeue();
        if (counted.Count >= limit) return false;
        counted.Enqueue(now);
        return true;
    }

    /// <summary>Nothing the first time; then the minimum, doubled from heal to heal up to the maximum, and the random share on top.</summary>
    private TimeSpan Delay()
    {
        if (_attempt <= 1) return TimeSpan.Zero;
        double doubled = settings.MinimumBackoff.TotalMilliseconds * Math.Pow(2, _attempt - 2);
        double capped = Math.Min(doubled, settings.MaximumBackoff.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(capped * (1 + (random() * settings.RandomFactor)));
    }
}
