using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using SandboxActors.Core;

namespace SandboxActors.Telemetry.Tests;

/// <summary>A program that listens to the meter with OpenTelemetry, and what it has been told. Labels are written as <c>key=value</c>.</summary>
internal sealed class Metering : IDisposable
{
    private readonly List<MetricSnapshot> _exported = [];
    private readonly MeterProvider _provider;

    public Metering() => _provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(SandboxTelemetry.MeterName)
        .AddInMemoryExporter(_exported)
        .Build();

    /// <summary>What a counter, or an up-down counter, stands at; zero if it never counted.</summary>
    /// <param name="name">The instrument.</param>
    /// <param name="labels">All of its labels.</param>
    public long Count(string name, params string[] labels) => Find(name, labels) is { } point ? point.GetSumLong() : 0;

    /// <summary>How many values a histogram has, and their sum.</summary>
    /// <inheritdoc cref="Count"/>
    public (long Count, double Sum) Recorded(string name, params string[] labels) =>
        Find(name, labels) is { } point ? (point.GetHistogramCount(), point.GetHistogramSum()) : default;

    /// <summary>The bounds of a histogram's buckets.</summary>
    public IReadOnlyList<double> Bounds(string name)
    {
        var bounds = new List<double>();
        foreach (HistogramBucket bucket in Points(name)[0].GetHistogramBuckets())
            if (double.IsFinite(bucket.ExplicitBound)) bounds.Add(bucket.ExplicitBound);
        return bounds;
    }

    /// <summary>The combinations of labels that an instrument has been used with.</summary>
    public IReadOnlyList<string> Labels(string name) => [.. Points(name).Select(point => string.Join(' ', LabelsOf(point)))];

    /// <summary>Every instrument that has said something.</summary>
    public IReadOnlyList<string> Names()
    {
        Collect();
        return [.. _exported.Select(static metric => metric.Name)];
    }

    public void Dispose() => _provider.Dispose();

    private MetricPoint? Find(string name, string[] labels)
    {
        foreach (MetricPoint point in Points(name))
            if (LabelsOf(point).Order(StringComparer.Ordinal).SequenceEqual(labels.Order(StringComparer.Ordinal))) return point;
        return null;
    }

    private IReadOnlyList<MetricPoint> Points(string name)
    {
        Collect();
        return _exported.SingleOrDefault(metric => metric.Name == name)?.MetricPoints ?? [];
    }

    private void Collect()
    {
        _exported.Clear();
        Assert.True(_provider.ForceFlush());
    }

    private static List<string> LabelsOf(MetricPoint point)
    {
        var labels = new List<string>();
        foreach ((string key, object? value) in point.Tags)
            labels.Add(string.Create(CultureInfo.InvariantCulture, $"{key}={(value is bool flag ? (flag ? "true" : "false") : value)}"));
        return labels;
    }
}
