using System.Diagnostics;

namespace SandboxActors.Core.Telemetry;

/// <summary>
/// The source of all spans. Spans outlive the code that begins them, and go on on other threads: beginning and ending one leaves the current activity
/// as it is.
/// </summary>
internal static class SandboxSource
{
    /// <summary>A call of a guest function: a request to a micro-VM.</summary>
    public const string Call = "sandbox.call";

    /// <summary>A guest's call of a host function: a request that the host serves.</summary>
    public const string HostCall = "sandbox.host_call";

    /// <summary>A snapshot is taken.</summary>
    public const string Snapshot = "sandbox.snapshot";

    /// <summary>A state is put back.</summary>
    public const string Restore = "sandbox.restore";

    /// <summary>What stands before whatever a guest calls its spans and their attributes: so none passes for one of the host's.</summary>
    public const string GuestPrefix = "guest.";

    private static readonly ActivitySource Source = new(SandboxTelemetry.SourceName);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsListenedTo => Source.HasListeners();

    /// <summary>Begins a span, if a listener wants it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">What it is to its parent.</param>
    /// <param name="parent">The span that it is inside of; by default the current one.</param>
    public static Activity? Begin(string name, ActivityKind kind, ActivityContext parent)
    {
        if (!IsListenedTo) return null;
        Activity? around = Activity.Current;
        Activity? span = Source.StartActivity(name, kind, parent);
        if (span is not null) Activity.Current = around;
        return span;
    }

    /// <summary>Ends a span.</summary>
    public static void End(Activity span)
    {
        Activity? around = Activity.Current;
        span.Stop();
        Activity.Current = around;
    }
}
