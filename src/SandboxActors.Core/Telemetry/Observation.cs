using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SandboxActors.Core.Telemetry;

/// <summary>Something that takes time: measured by the meter and shown as a span, each only if somebody listens to it.</summary>
internal readonly struct Observation
{
    private readonly Timing _timing;

    private Observation(Timing timing, Activity? span) => (_timing, Span) = (timing, span);

    /// <summary>Its span, if it has one.</summary>
    public Activity? Span { get; }

    /// <summary>A host function is called.</summary>
    public static Observation OfHostCall(GuestCall call) => new(
        Timing.Begin(SandboxMeter.HostFunctionDuration, call.Time),
        call.Span is { } span ? SandboxSource.Begin(SandboxSource.HostCall, ActivityKind.Server, span.Innermost) : null);

    /// <summary>A state is put back.</summary>
    public static Observation OfRestore(Sandbox sandbox, ActivityContext parent) => sandbox.IsObserved
        ? new Observation(
            Timing.Begin(SandboxMeter.RestoreDuration, sandbox.Time),
            SandboxSource.Begin(SandboxSource.Restore, ActivityKind.Internal, parent)?.SetTag("sandbox.id", sandbox.Id))
        : default;

    /// <summary>It has ended.</summary>
    public void End(Histogram<double> duration, in KeyValuePair<string, object?> outcome)
    {
        _timing.End(duration, outcome);
        if (Span is not null) EndSpan(Span, (string)outcome.Value!);
    }

    private static void EndSpan(Activity span, string outcome)
    {
        if (outcome != (string)MeterTags.Completed.Value!) span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", outcome);
        SandboxSource.End(span);
    }
}
