using System.Text.Json;
using System.Text.Json.Nodes;
using SandboxActors.Core.Diagnostics;
using Spectre.Console;

namespace SandboxActors.Cli;

/// <summary>
/// Where the program writes: results to one stream, progress and complaints to another. Text of a guest or a file gets there escaped, and never as markup.
/// </summary>
/// <param name="output">For results.</param>
/// <param name="error">For progress and complaints.</param>
internal sealed class Terminal(IAnsiConsole output, IAnsiConsole error)
{
    private const int WidthOfFiles = 140;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>For results, formatted.</summary>
    public IAnsiConsole Output { get; } = output;

    /// <summary>For results, as they are.</summary>
    public TextWriter Out => Output.Profile.Out.Writer;

    /// <summary>For complaints, as they are.</summary>
    public TextWriter ErrorOut => Progress.Profile.Out.Writer;

    private IAnsiConsole Progress { get; } = error;

    /// <summary>The process's own streams.</summary>
    public static Terminal OfProcess() => new(
        Open(Console.Out, Console.IsOutputRedirected),
        Open(Console.Error, Console.IsErrorRedirected));

    /// <summary>A console over a writer.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="isFile">Whether nobody looks at it now: then there are neither colours nor moving parts.</param>
    public static IAnsiConsole Open(TextWriter writer, bool isFile)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isFile ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isFile ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isFile ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isFile) console.Profile.Width = WidthOfFiles;
        return console;
    }

    /// <summary>Text of a guest or a file, fit to be shown on one line.</summary>
    public static string Shown(string text) => GuestText.Escape(text);

    /// <summary>Such text as a cell of a table.</summary>
    public static Text Cell(string text, Style? style = null) => new(Shown(text), style);

    /// <summary>Says on one line what is wrong.</summary>
    public void Complain(string message) => Say($"sandboxctl: {Shown(message)}");

    /// <summary>Writes a line beside the results; text that is not the program's own must be escaped already.</summary>
    public void Say(string line)
    {
        // Where a status is shown the console must know of it, to write it above; and where nobody looks, no line is broken.
        if (Progress.Profile.Capabilities.Interactive) Progress.WriteLine(line);
        else ErrorOut.WriteLine(line);
    }

    /// <summary>Writes a document for machines.</summary>
    public void WriteJson(JsonNode document) => Out.WriteLine(document.ToJsonString(Indented));

    /// <summary>Does something while the terminal, if somebody looks at it, says what.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="work">Does it; given a way to say what is done now.</param>
    public T While<T>(string what, Func<Action<string>, T> work)
    {
        if (!Progress.Profile.Capabilities.Interactive) return work(static _ => { });
        return Progress.Status().Start(Markup.Escape(Shown(what)), status => work(now => status.Status(Markup.Escape(Shown(now)))));
    }

    /// <summary>Does something that knows how far it is, and shows that as a bar if somebody looks.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="work">Does it; given where to say, from 0 to 1, how much is done.</param>
    public void WithBar(string what, Action<IProgress<double>?> work)
    {
        if (!Progress.Profile.Capabilities.Interactive)
        {
            work(null);
            return;
        }

        Progress.Progress().Start(context => work(new Bar(context.AddTask(Markup.Escape(Shown(what)), maxValue: 1))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
