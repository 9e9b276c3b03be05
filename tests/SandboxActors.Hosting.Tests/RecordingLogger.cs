using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SandboxActors.Hosting.Tests;

/// <summary>Keeps what sandboxes log.</summary>
internal sealed class RecordingLogger : ILoggerProvider
{
    /// <summary>What they logged, in order.</summary>
    public ConcurrentQueue<(LogLevel Level, int EventId, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName.StartsWith("SandboxActors.", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Category(RecordingLogger owner, bool isOurs) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isOurs;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (isOurs) owner.Lines.Enqueue((logLevel, eventId.Id, formatter(state, exception)));
        }
    }
}
