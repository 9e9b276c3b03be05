using System.Diagnostics;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>This program once more, in a process of its own.</summary>
internal static class ThisProgram
{
    /// <summary>Starts it with its output redirected, and its input too.</summary>
    public static Process Start(params ReadOnlySpan<string> arguments)
    {
        string path = Environment.ProcessPath ?? throw new PeerAbsentException("The path of this program is unknown.");
        var start = new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(path) == "dotnet") start.ArgumentList.Add(typeof(ThisProgram).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new PeerAbsentException($"'{path}' did not start.");
    }
}
