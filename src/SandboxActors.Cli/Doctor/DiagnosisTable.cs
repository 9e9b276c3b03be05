using Spectre.Console;

namespace SandboxActors.Cli.Doctor;

/// <summary>A diagnosis for people.</summary>
internal static class DiagnosisTable
{
    /// <summary>Writes it.</summary>
    public static void Write(Diagnosis diagnosis, Terminal terminal)
    {
        TableBorder border = terminal.Output.Profile.Capabilities.Interactive ? TableBorder.Rounded : TableBorder.Ascii;
        Table table = new Table().Border(border).AddColumns("", "what", "found, and how to mend it");
        foreach ((string name, Finding finding) in diagnosis.Findings)
        {
            (string word, Color color) = Word(finding.State);
            table.AddRow(new Text(word, color), Terminal.Cell(name), Terminal.Cell(finding.Found));
            if (finding.Mend.Length > 0) table.AddRow(Text.Empty, Text.Empty, Terminal.Cell("-> " + finding.Mend, color));
        }

        terminal.Output.Write(table);
        terminal.Out.WriteLine(diagnosis.IsUsable ? "Sandboxes run here." : "Sandboxes do not run here: see what is bad.");
    }

    private static (string Word, Color Color) Word(FindingState state) => state switch
    {
        FindingState.Ok => ("ok", Color.Green),
        FindingState.Warning => ("warn", Color.Yellow),
        FindingState.Bad => ("bad", Color.Red),
        _ => ("-", Color.Grey),
    };
}
