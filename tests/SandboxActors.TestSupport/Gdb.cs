using System.Diagnostics;
using System.Globalization;
using System.Net;
using Xunit;

namespace SandboxActors.TestSupport;

/// <summary>The real gdb, where it is installed. Tests that need it are skipped elsewhere, visibly.</summary>
public static class Gdb
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly Lazy<bool> LazyIsInstalled = new(FindOut);

    /// <summary>Opens a core file and carries out commands. Skips the test where there is no gdb.</summary>
    /// <param name="program">The program's file.</param>
    /// <param name="core">The core file.</param>
    /// <param name="commands">As a user would type them.</param>
    /// <returns>All that gdb said, to either stream.</returns>
    public static string Open(string program, string core, params string[] commands) => RunAsync([program, core], commands).GetAwaiter().GetResult();

    /// <summary>Attaches to a program that runs elsewhere and carries out commands. Skips the test where there is no gdb.</summary>
    /// <param name="program">The program's file.</param>
    /// <param name="target">Where it can be debugged.</param>
    /// <param name="interrupt">When this has completed, the user types Ctrl-C; null: never.</param>
    /// <param name="commands">As a user would type them.</param>
    /// <returns>All that gdb said, to either stream, when it has come to an end.</returns>
    public static Task<string> AttachAsync(string program, IPEndPoint target, Task? interrupt, params string[] commands) =>
        RunAsync([program], [$"target remote {target}", .. commands], interrupt);

    private static async Task<string> RunAsync(string[] files, string[] commands, Task? interrupt = null)
    {
        Skip.IfNot(LazyIsInstalled.Value, "gdb is not installed.");
        IEnumerable<string> typed = commands.SelectMany(command => (string[])["-ex", command]);
        string[] arguments = ["-batch", "-nx", "-iex", "set debuginfod enabled off", .. typed, .. files];
        var start = new ProcessStartInfo("gdb", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process gdb = Process.Start(start)!;
        Task<string> output = gdb.StandardOutput.ReadToEndAsync(), errors = gdb.StandardError.ReadToEndAsync();
        try
        {
            if (interrupt is not null) await InterruptAsync(gdb, interrupt);
            return string.Concat(await Task.WhenAll(output, errors).WaitAsync(Patience));
        }
        catch (TimeoutException)
        {
            gdb.Kill();
            throw new TimeoutException($"gdb has not come to an end in {Patience}. It said:{Environment.NewLine}{string.Concat(await Task.WhenAll(output, errors))}");
        }
    }

    private static async Task InterruptAsync(Process gdb, Task when)
    {
        await when.WaitAsync(Patience);
        using Process kill = Process.Start("kill", ["-INT", gdb.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static bool FindOut()
    {
        try
        {
            using Process gdb = Process.Start(new ProcessStartInfo("gdb", ["--version"]) { RedirectStandardOutput = true })!;
            gdb.StandardOutput.ReadToEnd();
            gdb.WaitForExit();
            return gdb.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
