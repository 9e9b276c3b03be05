using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using SandboxActors.Core;

namespace SandboxActors.Telemetry.Tests;

/// <summary>A program that listens to spans with OpenTelemetry, and those that have ended.</summary>
internal sealed class Tracing : IDisposable
{
    private const string OwnSource = "the program's own";
    private static readonly ActivitySource Own = new(OwnSource);

    private readonly List<Activity> _exported = [];
    private readonly TracerProvider _provider;

    /// <param name="sampler">Which spans it wants; all unless said otherwise.</param>
    public Tracing(Sampler? sampler = null) => _provider = Sdk.CreateTracerProviderBuilder()
        .AddSource(SandboxTelemetry.SourceName)
        .AddSource(OwnSource)
        .SetSampler(sampler ?? new AlwaysOnSampler())
        .AddInMemoryExporter(_exported)
        .Build();

    /// <summary>Those that have ended, in the order in which they began. A span has ended when whoever waits for what it shows learns of it.</summary>
    public IReadOnlyList<Activity> Spans => [.. _exported.OrderBy(static span => span.StartTimeUtc)];

    /// <summary>A span of the program's own, which is the current one until it is disposed.</summary>
    public static Activity Begin(string name) => Own.StartActivity(name) ?? throw new InvalidOperationException("Nobody listens.");

    /// <summary>The one span of a name.</summary>
    public Activity Single(string name) => Assert.Single(All(name));

    /// <summary>All spans of a name.</summary>
    public IReadOnlyList<Activity> All(string name) => [.. Spans.Where(span => span.OperationName == name)];

    public void Dispose() => _provider.Dispose();
}
