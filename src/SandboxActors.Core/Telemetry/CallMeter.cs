namespace SandboxActors.Core.Telemetry;

/// <summary>What is measured of calls. Calls that sandboxes make of themselves, to start a guest or to try one out, are none.</summary>
internal static class CallMeter
{
    /// <summary>A call starts, which has no timing yet.</summary>
    public static void Begin(GuestCall call)
    {
        if (SandboxMeter.CallDuration.Enabled) call.Timing = Timing.Begin(SandboxMeter.CallDuration, call.Time);
    }

    /// <summary>A call, or one of a batch, has ended.</summary>
    public static void End(GuestCall call, in GuestStep end)
    {
        if (SandboxMeter.Calls.Enabled || SandboxMeter.CallDuration.Enabled || SandboxMeter.GuestErrors.Enabled) Measure(call, end);
    }

    /// <summary>A call will not go on, since its sandbox goes.</summary>
    public static void Abandon(GuestCall call)
    {
        if (call.IsObserved) End(call, MeterTags.Abandoned);
    }

    /// <summary>A call was refused before anything of it reached the guest.</summary>
    public static void Refuse() => SandboxMeter.Calls.Add(1, MeterTags.Refused);

    private static void Measure(GuestCall call, in GuestStep end)
    {
        if (!call.IsObserved) return;
        End(call, MeterTags.OutcomeOf(end));
        if (end.Failure is GuestErrorException error) SandboxMeter.GuestErrors.Add(1, MeterTags.CodeOf(error));
    }

    private static void End(GuestCall call, in KeyValuePair<string, object?> outcome)
    {
        SandboxMeter.Calls.Add(1, outcome);
        call.Timing.End(SandboxMeter.CallDuration, outcome);
    }
}
