using System.Globalization;
using Spectre.Console;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>The figures, for people.</summary>
internal static class PeerTables
{
    private const int WidthOfFiles = 160;

    public static void Show(IReadOnlyList<PeerColumn> columns, IReadOnlyList<CycleResult> cycles)
    {
        // A file has no width, and is taken for a narrow terminal.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = WidthOfFiles;
        if (columns.Count > 0) AnsiConsole.Write(Work(columns));
        if (cycles.Count > 0) AnsiConsole.Write(Cycles(cycles));
    }

    private static Table Work(IReadOnlyList<PeerColumn> columns)
    {
        Table table = New("us each", [.. columns.Select(static column => column.Kind.Title)]);
        foreach (PeerWork work in PeerWork.All)
            Add(work.Title, column => column.Times.TryGetValue(work.Name, out double time) ? Number(time) : null);
        Add("alive, KiB of the machine's", static column => column.Live is { } live ? Machine(column.Kind, live) : null);
        Add("alive, KiB of this process's", static column => column.Live is { } live ? Process(column.Kind, live) : null);
        IEnumerable<PeerColumn> left = columns.Where(static column => column.Absence is not null);
        string absent = string.Join('\n', left.Select(static column => $"{column.Kind.Title}: {column.Absence}"));
        return absent.Length == 0 ? table : table.Caption(Markup.Escape(absent));

        void Add(string title, Func<PeerColumn, string?> cell) =>
            table.AddRow([title, .. columns.Select(column => cell(column) ?? (column.Absence is null ? "not measured" : "not here"))]);
    }

    private static Table Cycles(IReadOnlyList<CycleResult> cycles)
    {
        Table table = New(
            "call and restore, us each",
            ["pages written", "Ours, KVM", "Wasmtime", "Wasmtime, pooled", "Wasmtime, kept resident", "its best, ours = 1"]);
        foreach (CycleResult cycle in cycles)
        {
            table.AddRow(
            [
                cycle.Case.Title,
                cycle.Case.Pages.ToString("N0", CultureInfo.InvariantCulture),
                cycle.Ours is { } ours ? Number(ours) : "n/a",
                .. cycle.Wasmtime.Select(Number),
                cycle.Ratio is { } ratio ? Number(ratio) : "n/a",
            ]);
        }

        return table;
    }

    private static Table New(string first, IEnumerable<string> others)
    {
        Table table = new Table().Border(Console.IsOutputRedirected ? TableBorder.Ascii : TableBorder.Rounded).AddColumn(first);
        foreach (string other in others) table.AddColumn(new TableColumn(other).RightAligned());
        return table;
    }

    private static string Machine(PeerKind kind, LiveMemory live)
    {
        string each = Number(live.Machine);
        return kind.Live == PeerKind.Many ? each : string.Create(CultureInfo.InvariantCulture, $"{each}, of {kind.Live}");
    }

    private static string Process(PeerKind kind, LiveMemory live) => kind.LivesInThisProcess ? Number(live.Process) : "n/a: has its own";

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
