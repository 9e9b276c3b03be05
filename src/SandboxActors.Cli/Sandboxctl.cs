using System.CommandLine;
using SandboxActors.Cli.Doctor;
using SandboxActors.Cli.Inspection;
using SandboxActors.Cli.Running;
using SandboxActors.Core;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Cli;

/// <summary>The program: its commands, and what becomes of failures.</summary>
internal static class Sandboxctl
{
    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="terminal">Where everything is written.</param>
    /// <param name="host">The machine that it runs on.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, IHostView host)
    {
        RootCommand root = new("Says what this machine can do, runs one call of a guest, and shows what is in a guest or a snapshot.")
        {
            DoctorCommand.Make(terminal, host),
            RunCommand.Make(terminal, host),
            InspectCommand.Make(terminal),
        };

        // "@file" is an argument of a guest function here, and no file of more arguments.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration { Output = terminal.Out, Error = terminal.ErrorOut, EnableDefaultExceptionHandler = false };
        if (parsed.Errors.Count > 0)
        {
            await parsed.InvokeAsync(invocation).ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
        }
        catch (UsageException wrong)
        {
            terminal.Complain(wrong.Message);
            return ExitCode.Usage;
        }
        catch (Exception unusable) when (unusable is GuestImageException or SnapshotFormatException)
        {
            terminal.Complain(unusable.Message);
            return ExitCode.UnusableFile;
        }
        catch (Exception refused) when (refused is KvmUnavailableException or MachineException or SandboxConfigurationException)
        {
            terminal.Complain(refused.Message);
            terminal.Complain("'sandboxctl doctor' says what this machine lacks, and how to mend it.");
            return ExitCode.HostUnusable;
        }
        catch (OperationCanceledException)
        {
            terminal.Complain("Interrupted.");
            return ExitCode.Interrupted;
        }
    }
}
