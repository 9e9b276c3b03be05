using System.CommandLine;

namespace SandboxActors.Cli.Inspection;

/// <summary><c>sandboxctl inspect</c>.</summary>
internal static class InspectCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Make(Terminal terminal)
    {
        var path = new Argument<string>("GUEST.elf|SNAPSHOT") { Description = "A guest file, or the directory of a saved snapshot." };
        var json = new Option<bool>("--json") { Description = "Write a document for machines." };
        var command = new Command("inspect", "Shows what is in a guest or a snapshot; all of a snapshot is verified. Returns 0, or 7 if it cannot be used.") { path, json };
        command.SetAction(parsed => Run(terminal, parsed.GetRequiredValue(path), parsed.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string path, bool json)
    {
        Sheet sheet = Directory.Exists(path) ? SnapshotSheet.Of(path, terminal) : GuestSheet.Of(path);
        if (json) terminal.WriteJson(sheet.ToJson());
        else sheet.Write(terminal);
        return ExitCode.Success;
    }
}
