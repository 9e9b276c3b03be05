using System.Collections.Concurrent;
using System.Diagnostics;

namespace SelfHealing;

/// <summary>What all workers count. From any thread.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> _poisonings = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<double> _calls = [];
    private readonly ConcurrentBag<double> _heals = [];
    private long _good;
    private long _refused;

    /// <summary>Calls that were answered, and answered right.</summary>
    public long Good => Interlocked.Read(ref _good);

    /// <summary>Calls that the guest answered with an error, as it must.</summary>
    public long Errors => Interlocked.Read(ref _refused);

    /// <summary>Calls that poisoned, by what they did.</summary>
    public IReadOnlyDictionary<string, int> Poisonings => _poisonings;

    public int Poisoned => _poisonings.Values.Sum();

    /// <summary>What went wrong, in words.</summary>
    public ConcurrentQueue<string> Wrong { get; } = [];

    public void CountGood(long start)
    {
        Interlocked.Increment(ref _good);
        _calls.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    }

    public void CountError() => Interlocked.Increment(ref _refused);

    public void CountPoisoning(string title) => _poisonings.AddOrUpdate(title, 1, static (_, count) => count + 1);

    public void CountHeal(TimeSpan downtime) => _heals.Add(downtime.TotalMicroseconds);

    /// <summary>Call latencies in microseconds, sorted.</summary>
    public double[] CallLatencies() => [.. _calls.Order()];

    /// <summary>Downtimes in microseconds, from poison to healed, sorted.</summary>
    public double[] Downtimes() => [.. _heals.Order()];
}
