using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SandboxActors.Core;
using SandboxActors.Core.Telemetry;
using SandboxActors.EndToEnd.Tests;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What the operator's page says of instruments is what there is.</summary>
public sealed partial class OperationsPageSpec
{
    [Fact]
    public void Every_instrument_stands_in_the_table_with_its_unit_and_kind_and_no_other_does()
    {
        RuntimeHelpers.RunClassConstructor(typeof(SandboxMeter).TypeHandle);
        var published = new List<string>();
        using (var listener = new MeterListener { InstrumentPublished = (instrument, _) => Note(instrument) }) listener.Start();

        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        string[] rows = [.. Row().Matches(page).Select(static row => $"{row.Groups["name"].Value} {row.Groups["unit"].Value} {row.Groups["kind"].Value}")];
        Assert.NotEmpty(published);
        Assert.Equal(published.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));

        void Note(Instrument instrument)
        {
            if (instrument.Meter.Name == SandboxTelemetry.MeterName) published.Add($"{instrument.Name} {instrument.Unit} {KindOf(instrument)}");
        }
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        Histogram<long> or Histogram<double> => "histogram",
        ObservableUpDownCounter<long> => "up-down counter",
        _ => instrument.GetType().Name,
    };

    [GeneratedRegex(@"^\| `(?<name>sandbox\.[a-z_.]+)` \| `(?<unit>[^`]+)` \| (?<kind>[a-z -]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
