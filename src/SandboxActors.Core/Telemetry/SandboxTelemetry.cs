namespace SandboxActors.Core;

/// <summary>The names by which a host listens: <c>AddMeter(SandboxTelemetry.MeterName)</c>, <c>AddSource(SandboxTelemetry.SourceName)</c>.</summary>
public static class SandboxTelemetry
{
    /// <summary>The meter of all instruments of this library; <c>docs/operations.md</c> lists them.</summary>
    public const string MeterName = "SandboxActors";

    /// <summary>The source of all spans of this library.</summary>
    public const string SourceName = "SandboxActors";
}
