using Microsoft.Extensions.Logging;

namespace SandboxActors.Hosting;

/// <summary>
/// Writes to the host's log how sandboxes were healed, or that they were given up. A restore is what they are made for, and there may be thousands a
/// second: these are for whoever debugs.
/// </summary>
internal sealed partial class HealingLog(ILogger logger)
{
    public void Write(SandboxEvent happened)
    {
        switch (happened)
        {
            case SandboxEvents.Restored restored:
                Restored(logger, restored.Name, restored.Attempt, restored.Downtime.TotalMilliseconds);
                break;
            case SandboxEvents.Rebuilt rebuilt:
                Rebuilt(logger, rebuilt.Name, rebuilt.Attempt, rebuilt.Downtime.TotalMilliseconds);
                break;
            case SandboxEvents.Stopped { Reason: SandboxStopReason.LimitReached } stopped:
                GivenUp(logger, stopped.Name);
                break;
            case SandboxEvents.Stopped stopped:
                Stopped(logger, stopped.Name, stopped.Reason);
                break;
        }
    }

    [LoggerMessage(EventIds.Restored, LogLevel.Debug, "Sandbox '{Sandbox}' went back to its snapshot (attempt {Attempt}) and served no calls for {Downtime} ms")]
    private static partial void Restored(ILogger logger, string sandbox, int attempt, double downtime);

    [LoggerMessage(EventIds.Rebuilt, LogLevel.Warning, "Sandbox '{Sandbox}' got a new machine (attempt {Attempt}) and served no calls for {Downtime} ms")]
    private static partial void Rebuilt(ILogger logger, string sandbox, int attempt, double downtime);

    [LoggerMessage(EventIds.GivenUp, LogLevel.Error, "Sandbox '{Sandbox}' was given up: it was healed as often as its limits allow")]
    private static partial void GivenUp(ILogger logger, string sandbox);

    [LoggerMessage(EventIds.Stopped, LogLevel.Debug, "Sandbox '{Sandbox}' has stopped: {Reason}")]
    private static partial void Stopped(ILogger logger, string sandbox, SandboxStopReason reason);
}
