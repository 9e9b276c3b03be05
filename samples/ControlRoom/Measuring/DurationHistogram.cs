namespace ControlRoom;

/// <summary>
/// Durations in buckets whose bounds grow by a tenth, so that a percentile is right to 5 in 100, however many there are. For one thread at a time.
/// </summary>
internal sealed class DurationHistogram
{
    private const double Growth = 1.1;
    private const double Smallest = 1e-7; // 100 ns; the last bucket begins at an hour
    private const int Buckets = 256;

    private readonly long[] _counts = new long[Buckets];
    private long _count;

    public void Add(double seconds)
    {
        double bucket = seconds > Smallest ? Math.Log(seconds / Smallest, Growth) : 0;
        _counts[(int)Math.Min(bucket, Buckets - 1)]++;
        _count++;
    }

    /// <summary>The duration in milliseconds that a share of all stays below; null if there are none.</summary>
    public double? Percentile(double share)
    {
        if (_count == 0) return null;
        long below = (long)Math.Ceiling(share * _count);
        int bucket = 0;
        for (long passed = _counts[0]; passed < below; passed += _counts[bucket]) bucket++;
        return Smallest * Math.Pow(Growth, bucket + 0.5) * 1_000;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        _count = 0;
    }
}
