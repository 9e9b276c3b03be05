using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors.Cli.Running;

/// <summary>What a guest prints and logs, on the stream for complaints: line by line, escaped, and no more than a person reads.</summary>
internal sealed class GuestOutput(Terminal terminal)
{
    private const int MostLines = 1000;

    private readonly Lock _lock = new();
    private int _lines;

    /// <summary>Has a builder's guests write here.</summary>
    public SandboxBuilder Attach(SandboxBuilder builder) => builder.PrintTo(Print).LogTo(Log);

    private void Print(string text)
    {
        foreach (string line in text.TrimEnd('\n').Split('\n')) Write("guest", line);
    }

    private void Log(GuestLogRecord record) => Write(record.Level.ToString(), $"{record.Message} ({record.File}:{record.Line})");

    private void Write(string kind, string text)
    {
        lock (_lock)
        {
            _lines++;
            if (_lines <= MostLines) terminal.Say($"[{kind}] {Terminal.Shown(text)}");
            else if (_lines == MostLines + 1) terminal.Complain($"The guest has written {MostLines} lines; the rest is left out.");
        }
    }
}
