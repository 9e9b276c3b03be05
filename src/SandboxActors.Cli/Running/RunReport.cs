using System.Text.Json.Nodes;
using SandboxActors.Wire;

namespace SandboxActors.Cli.Running;

/// <summary>What came of a run.</summary>
/// <param name="invocation">What was called.</param>
/// <param name="backend">What it ran on.</param>
internal sealed class RunReport(Invocation invocation, string backend)
{
    /// <summary>The most items of a stream that are taken; a guest that yields more is told that no more are wanted.</summary>
    public const int MostItems = 10_000;

    /// <summary>How long the sandbox took to make.</summary>
    public TimeSpan Created { get; set; }

    /// <summary>How long each call took that completed.</summary>
    public List<TimeSpan> Calls { get; } = [];

    /// <summary>What the last call yielded.</summary>
    public List<GuestValue> Items { get; } = [];

    /// <summary>The last call's result.</summary>
    public GuestValue Result { get; set; }

    /// <summary>How it failed; null if it did not.</summary>
    public RunFailure? Failure { get; set; }

    /// <summary>Writes it: the result alone to the stream for results, all the rest to the other one; or one document.</summary>
    public void Write(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.WriteJson(Document());
            return;
        }

        foreach (GuestValue item in Items) terminal.Out.WriteLine(ValueText.Of(item));
        if (Failure is { } failure)
        {
            terminal.Complain(failure.Message);
            if (failure.Report is { } report) terminal.Say(report.ToString()); // its text is fit for a terminal
            return;
        }

        if (Result.Type != GuestValueType.Void) terminal.Out.WriteLine(ValueText.Of(Result));
        terminal.Say($"{backend}: made in {Quantities.Time(Created)}, {CallTimes()}");
    }

    private string CallTimes()
    {
        TimeSpan[] sorted = [.. Calls.Order()];
        return sorted.Length == 1
            ? $"called in {Quantities.Time(sorted[0])}"
            : $"{sorted.Length} calls in {Quantities.Time(sorted[0])} to {Quantities.Time(sorted[^1])}, median {Quantities.Time(sorted[sorted.Length / 2])}";
    }

    private JsonObject Document()
    {
        var document = new JsonObject
        {
            ["function"] = invocation.Function,
            ["backend"] = backend,
            ["createdMicroseconds"] = Created.TotalMicroseconds,
            ["callMicroseconds"] = new JsonArray([.. Calls.Select(static call => (JsonNode)call.TotalMicroseconds)]),
        };
        if (Items.Count > 0) document["items"] = new JsonArray([.. Items.Select(ValueText.Json)]);
        if (Failure is not { } failure) document["result"] = ValueText.Json(Result);
        else document["failure"] = new JsonObject { ["kind"] = failure.Kind, ["message"] = failure.Message, ["crashReport"] = failure.Report?.ToString() };
        return document;
    }
}
