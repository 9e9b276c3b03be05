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
        AnsiConsole.Write(Work(columns));
        AnsiConsole.Write(Cycles(cycles));
    }

    private static Table Work(IReadOnlyList<PeerColumn> columns)
    {
        Table table = New("us each", [.. columns.Select(static column => column.Kind.Title)]);
        foreach (PeerWork work in PeerWork.All)
            table.AddRow([work.Title, .. columns.Select(column => Cell(column, () => Number(column.Times[work.Name])))]);
        table.AddRow(["alive, KiB of the machine's", .. columns.Select(static column => Cell(column, () => Machine(column)))]);
        table.AddRow(["alive, KiB of this process's", .. columns.Select(static column => Cell(column, () => Process(column)))]);
        IEnumerable<PeerColumn> left = columns.Where(static column => column.Absence is not null);
        string absent = string.Join('\n', left.Select(static column => $"{column.Kind.Title}: {column.Absence}"));
        return absent.Length == 0 ? table : table.Caption(Markup.Escape(absent));
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

    private static string Cell(PeerColumn column, Func<string> text) => column.Absence is null ? text() : "not here";

    private static string Machine(PeerColumn column)
    {
        string each = Number(column.Live!.Machine);
        return column.Kind.Live == PeerKind.Many ? each : string.Create(CultureInfo.InvariantCulture, $"{each}, of {column.Kind.Live}");
    }

    private static string Process(PeerColumn column) => column.Kind.LivesInThisProcess ? Number(column.Live!.Process) : "n/a: has its own";

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
