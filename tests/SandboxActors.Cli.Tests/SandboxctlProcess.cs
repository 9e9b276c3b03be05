using System.Diagnostics;

namespace SandboxActors.Cli.Tests;

/// <summary>The program as a user runs it, in a process of its own.</summary>
internal static class SandboxctlProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "sandboxctl.dll");

    /// <summary>What it returned and wrote.</summary>
    internal sealed record Outcome(int ExitCode, string Output, string Error);

    /// <summary>Runs it.</summary>
    public static Outcome Run(params string[] arguments) => Finish(Process.Start(Start(Environment.ProcessPath!, ["exec", Program, .. arguments]))!);

    /// <summary>Runs it in a shell that does something first.</summary>
    /// <param name="first">What the shell does.</param>
    /// <param name="arguments">The command line.</param>
    public static Outcome RunAfter(string first, params string[] arguments) =>
        Finish(Process.Start(Start("bash", ["-c", $"{first}; exec \"$0\" \"$@\"", Environment.ProcessPath!, "exec", Program, .. arguments]))!);

    /// <summary>Runs it where another device lies over <c>/dev/kvm</c>; skips the test where the system allows no mount namespaces.</summary>
    public static Outcome RunWithoutKvm(params string[] arguments)
    {
        string[] hide = ["--mount", .. Environment.UserName == "root" ? Array.Empty<string>() : ["--map-root-user"], "bash", "-c"];
        Skip.IfNot(File.Exists("/dev/kvm"), "There is no /dev/kvm to hide.");
        Outcome trial = Finish(Process.Start(Start("unshare", [.. hide, "mount --bind /dev/null /dev/kvm"]))!);
        Skip.IfNot(trial.ExitCode == 0, $"This system allows no mount namespaces: {trial.Error}");
        return Finish(Process.Start(Start(
            "unshare", [.. hide, "mount --bind /dev/null /dev/kvm && exec \"$0\" \"$@\"", Environment.ProcessPath!, "exec", Program, .. arguments]))!);
    }

    /// <summary>Runs it, and interrupts it as a keyboard does when it has written something to the stream for complaints.</summary>
    public static Outcome RunAndInterrupt(params string[] arguments)
    {
        using Process process = Process.Start(Start(Environment.ProcessPath!, ["exec", Program, .. arguments]))!;
        Task<string?> first = process.StandardError.ReadLineAsync();
        Assert.True(first.Wait(Patience));
        using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        Outcome rest = Finish(process);
        return rest with { Error = first.Result + "\n" + rest.Error };
    }

    private static ProcessStartInfo Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("SANDBOX_ACTORS_BACKEND"); // whoever runs the tests may have chosen one for other programs
        return start;
    }

    private static Outcome Finish(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                throw new TimeoutException($"sandboxctl has not come to an end in {Patience}.");
            }

            return new Outcome(process.ExitCode, output.Result, error.Result);
        }
    }
}
