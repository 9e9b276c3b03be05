namespace ControlRoom;

/// <summary>What is measured, second by second, over the last two minutes. From any thread.</summary>
internal sealed class Rates
{
    private const int SecondsKept = 120;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Queue<RatePoint> _points = new(SecondsKept + 1);
    private readonly DurationHistogram _durations = new();
    private long _second;
    private Totals _totals = new(0, 0, 0);
    private Totals _atSecond = new(0, 0, 0);

    public Rates(TimeProvider time)
    {
        _time = time;
        _second = time.GetUtcNow().ToUnixTimeSeconds();
    }

    public Totals Totals
    {
        get
        {
            lock (_lock) return _totals;
        }
    }

    public void CountCalls(long calls) => Count(totals => totals with { Calls = totals.Calls + calls });

    public void CountPoisonings(long poisonings) => Count(totals => totals with { Poisonings = totals.Poisonings + poisonings });

    public void CountRestores(long restores) => Count(totals => totals with { Restores = totals.Restores + restores });

    public void AddDuration(double seconds)
    {
        lock (_lock)
        {
            Advance();
            _durations.Add(seconds);
        }
    }

    /// <summary>The seconds that have passed and began after this one, oldest first.</summary>
    public IReadOnlyList<RatePoint> Since(long second)
    {
        lock (_lock)
        {
            Advance();
            return [.. _points.Where(point => point.Time > second)];
        }
    }

    private void Count(Func<Totals, Totals> add)
    {
        lock (_lock)
        {
            Advance();
            _totals = add(_totals);
        }
    }

    // Closes the seconds that have passed. Done by whoever comes first, so that no timer is needed.
    private void Advance()
    {
        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        _second = Math.Max(_second, now - SecondsKept); // of what is older nothing is kept
        for (; _second < now; _second++)
        {
            _points.Enqueue(new RatePoint(
                _second,
                _totals.Calls - _atSecond.Calls,
                _totals.Poisonings - _atSecond.Poisonings,
                _totals.Restores - _atSecond.Restores,
                _durations.Percentile(0.5),
                _durations.Percentile(0.99)));
            if (_points.Count > SecondsKept) _points.Dequeue();
            _atSecond = _totals;
            _durations.Clear();
        }
    }
}
