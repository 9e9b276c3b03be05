using System.Diagnostics;
using Xunit;

namespace SandboxActors.TestSupport;

/// <summary>The real gdb, where it is installed. Tests that need it are skipped elsewhere, visibly.</summary>
public static class Gdb
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly Lazy<bool> LazyIsInstalled = new(FindOut);

    /// <summary>Opens a core file and carries out commands. Skips the test where there is no gdb.</summary>
    /// <param name="program">The program's file.</param>
    /// <param name="core">The core file.</param>
    /// <param name="commands">As a user would type them.</param>
    /// <returns>All that gdb said, to either stream.</returns>
    public static string Open(string program, string core, params string[] commands)
    {
        Skip.IfNot(LazyIsInstalled.Value, "gdb is not installed.");
        IEnumerable<string> typed = commands.SelectMany(command => (string[])["-ex", command]);
        string[] arguments = ["-batch", "-nx", "-iex", "set debuginfod enabled off", .. typed, program, core];
        var start = new ProcessStartInfo("gdb", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process gdb = Process.Start(start)!;
        Task<string> output = gdb.StandardOutput.ReadToEndAsync(), errors = gdb.StandardError.ReadToEndAsync();
        if (!Task.WhenAll(output, errors).Wait(Patience))
        {
            gdb.Kill();
            throw new TimeoutException($"gdb has not come to an end in {Patience}.");
        }

        return output.Result + errors.Result;
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
