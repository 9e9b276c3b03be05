using System.CommandLine;

namespace SandboxActors.Cli.Doctor;

/// <summary><c>sandboxctl doctor</c>.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Make(Terminal terminal, IHostView host)
    {
        var json = new Option<bool>("--json") { Description = "Write a document for machines." };
        var command = new Command("doctor", "Says what this machine can do, and how to mend what is missing. Returns 0 if sandboxes run here, 1 if not.") { json };
        command.SetAction(parsed => Run(terminal, host, parsed.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, IHostView host, bool json)
    {
        Diagnosis diagnosis = terminal.While("Examining", progress => Diagnosis.Of(host, progress));
        if (json) terminal.WriteJson(DiagnosisJson.Of(diagnosis));
        else DiagnosisTable.Write(diagnosis, terminal);
        return diagnosis.IsUsable ? ExitCode.Success : ExitCode.HostUnusable;
    }
}
