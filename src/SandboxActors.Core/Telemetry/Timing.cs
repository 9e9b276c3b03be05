using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace SandboxActors.Core.Telemetry;

/// <summary>When something began, if somebody listens to how long it takes: otherwise no clock is read.</summary>
internal readonly struct Timing
{
    private readonly TimeProvider? _time;
    private readonly long _start;

    private Timing(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
    }

    private double Seconds => _time!.GetElapsedTime(_start).TotalSeconds;

    /// <summary>It begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Timing Begin(Instrument instrument, TimeProvider time) => instrument.Enabled ? new Timing(time) : default;

    /// <summary>It has ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a test and nothing else while nobody listens
    public void End(Histogram<double> instrument, in KeyValuePair<string, object?> tag)
    {
        if (_time is not null) instrument.Record(Seconds, tag);
    }

    /// <inheritdoc cref="End(Histogram{double}, in KeyValuePair{string, object?})"/>
    public void End(Histogram<double> instrument, in KeyValuePair<string, object?> first, in KeyValuePair<string, object?> second)
    {
        if (_time is not null) instrument.Record(Seconds, first, second);
    }
}
