using System.Text;

namespace SandboxActors.Cli.Tests;

/// <summary>The program in this process, with what it writes kept.</summary>
internal sealed class CapturedTerminal
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>Runs a command line.</summary>
    /// <returns>What the program returns.</returns>
    public async Task<int> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(_output), error = new(_error);
        return await Sandboxctl.RunAsync(arguments, new Terminal(Terminal.Open(output, isFile: true), Terminal.Open(error, isFile: true)), new FakeHost());
    }
}
