using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SandboxActors.Wire;

namespace SandboxActors.Hosting;

/// <summary>
/// Writes what guests log to the host's log, in a category for each guest by the name that the host gave it. What the guest says is text in
/// properties, never a category and never a template.
/// </summary>
internal sealed partial class GuestLogWriter(ILoggerFactory loggers) : IGuestLogSink
{
    /// <summary>What stands before a guest's name in its category.</summary>
    public const string CategoryPrefix = "SandboxActors.Guests.";

    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public void Write(string guest, string sandbox, GuestLogRecord record)
    {
        ILogger logger = LoggerOf(guest);
        LogLevel level = LevelOf(record.Level);
        if (logger.IsEnabled(level)) Written(logger, level, record.Message, sandbox, record.Source, record.Function, record.File, record.Line);
    }

    /// <inheritdoc />
    public void LeaveOut(string guest, string sandbox, long count)
    {
        ILogger logger = LoggerOf(guest);
        if (logger.IsEnabled(LogLevel.Warning)) LeftOut(logger, count, sandbox);
    }

    private ILogger LoggerOf(string guest) => _loggers.GetOrAdd(guest, static (guest, loggers) => loggers.CreateLogger(CategoryPrefix + guest), loggers);

    private static LogLevel LevelOf(GuestLogLevel level) => level switch
    {
        GuestLogLevel.Trace => LogLevel.Trace,
        GuestLogLevel.Debug => LogLevel.Debug,
        GuestLogLevel.Information => LogLevel.Information,
        GuestLogLevel.Warning => LogLevel.Warning,
        GuestLogLevel.Error => LogLevel.Error,
        _ => LogLevel.Critical,
    };

    [LoggerMessage(EventId = EventIds.GuestRecord, Message = "{Message} (sandbox '{Sandbox}': {Source}, {Function}, {File}:{Line})")]
    private static partial void Written(
        ILogger logger, LogLevel level, string message, string sandbox, string source, string function, string file, uint line);

    [LoggerMessage(EventIds.GuestRecordsLeftOut, LogLevel.Warning, "{Count} log records of sandbox '{Sandbox}' were left out: it logs more than it may")]
    private static partial void LeftOut(ILogger logger, long count, string sandbox);
}
