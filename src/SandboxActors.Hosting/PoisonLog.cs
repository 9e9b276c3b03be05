using Microsoft.Extensions.Logging;
using SandboxActors.Core;

namespace SandboxActors.Hosting;

/// <summary>
/// Writes each poison to the host's log, with its crash report, whose text is fit for one. A guest that the host ended (killed, out of time,
/// cancelled) did nothing wrong, and there may be thousands a second: these are for whoever debugs.
/// </summary>
internal sealed partial class PoisonLog(ILogger logger)
{
    public void Write(SandboxEvents.Poisoned poisoned)
    {
        if (poisoned.Reason is not { } reason)
        {
            Unrecoverable(logger, poisoned.Name);
            return;
        }

        LogLevel level = LevelOf(reason);
        if (logger.IsEnabled(level)) Poisoned(logger, level, poisoned.Name, reason.Kind, poisoned.CrashReport);
    }

    private static LogLevel LevelOf(PoisonReason reason) => reason switch
    {
        PoisonReason.Killed or PoisonReason.DeadlineExceeded or PoisonReason.CpuBudgetExceeded or PoisonReason.CallerCancelled => LogLevel.Debug,
        PoisonReason.HostFailed => LogLevel.Error,
        _ => LogLevel.Warning,
    };

    [LoggerMessage(EventId = EventIds.Poisoned, Message = "Sandbox '{Sandbox}' was poisoned: {Reason}\n{CrashReport}")]
    private static partial void Poisoned(ILogger logger, LogLevel level, string sandbox, string reason, CrashReport? crashReport);

    [LoggerMessage(EventIds.Unrecoverable, LogLevel.Error, "Sandbox '{Sandbox}' is of no use until it is rebuilt")]
    private static partial void Unrecoverable(ILogger logger, string sandbox);
}
