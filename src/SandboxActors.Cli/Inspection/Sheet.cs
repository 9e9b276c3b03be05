using System.Text.Json.Nodes;
using Spectre.Console;

namespace SandboxActors.Cli.Inspection;

/// <summary>What is known of a file: some facts, and some lists. Names and texts may be the file's own; they are shown escaped.</summary>
/// <param name="facts">Key (for machines), name and value of each fact.</param>
/// <param name="lists">Lists of things of a kind.</param>
internal sealed class Sheet(IReadOnlyList<(string Key, string Name, SheetValue Value)> facts, IReadOnlyList<SheetList> lists)
{
    /// <summary>Writes it for people.</summary>
    public void Write(Terminal terminal)
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach ((_, string name, SheetValue value) in facts) grid.AddRow(Terminal.Cell(name), Terminal.Cell(value.Text));
        terminal.Output.Write(grid);
        TableBorder border = terminal.Output.Profile.Capabilities.Interactive ? TableBorder.Rounded : TableBorder.Ascii;
        foreach (SheetList list in lists.Where(static list => list.Rows.Count > 0))
        {
            Table table = new Table().Border(border).Title(Markup.Escape(list.Title)).AddColumns([.. list.Columns.Select(Markup.Escape)]);
            foreach (IReadOnlyList<SheetValue> row in list.Rows) table.AddRow(row.Select(static cell => Terminal.Cell(cell.Text)));
            terminal.Output.Write(table);
        }
    }

    /// <summary>The document for machines: facts by name, and each list as objects by column.</summary>
    public JsonObject ToJson()
    {
        var document = new JsonObject();
        foreach ((string key, _, SheetValue value) in facts) document[key] = value.Json;
        foreach (SheetList list in lists)
        {
            document[list.Key] = new JsonArray([.. list.Rows.Select(row => (JsonNode)new JsonObject(
                list.Columns.Zip(row, static (column, cell) => KeyValuePair.Create(column, (JsonNode?)cell.Json))))]);
        }

        return document;
    }
}
