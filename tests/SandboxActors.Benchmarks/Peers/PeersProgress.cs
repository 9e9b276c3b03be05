using Spectre.Console;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>Says on the error stream what is being measured, where a person looks at it.</summary>
internal sealed class PeersProgress : IDisposable
{
    private readonly TaskCompletionSource _done = new();
    private readonly Task _shown;
    private StatusContext? _context;

    public PeersProgress()
    {
        if (Console.IsErrorRedirected)
        {
            _shown = Task.CompletedTask;
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        _shown = console.Status().StartAsync("starting", context =>
        {
            _context = context;
            return _done.Task;
        });
    }

    public void Say(string what)
    {
        if (_context is { } context) context.Status = Markup.Escape(what);
    }

    public void Dispose()
    {
        _done.TrySetResult();
        _shown.GetAwaiter().GetResult();
    }
}
