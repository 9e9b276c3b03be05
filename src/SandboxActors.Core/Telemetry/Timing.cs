using System.Diagnostics.Metrics;

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

    /// <summary>It begins.</summary>
    public static Timing Begin(Instrument instrument, TimeProvider time) => instrument.Enabled ? new Timing(time) : default;

    /// <summary>It has ended.</summary>
    public void End(Histogram<double> instrument, in KeyValuePair<string, object?> tag)
    {
        if (_time is not null) instrument.Record(_time.GetElapsedTime(_start).TotalSeconds, tag);
    }

    /// <inheritdoc cref="End(Histogram{double}, in KeyValuePair{string, object?})"/>
    public void End(Histogram<double> instrument, in KeyValuePair<string, object?> first, in KeyValuePair<string, object?> second)
    {
        if (_time is not null) instrument.Record(_time.GetElapsedTime(_start).TotalSeconds, first, second);
    }
}
