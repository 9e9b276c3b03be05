using Microsoft.Extensions.Logging;

namespace SandboxActors.Hosting;

/// <content>What is logged.</content>
public static partial class AkkaConfigurationBuilderExtensions
{
    private static partial class Log
    {
        [LoggerMessage(EventIds.BackendChosen, LogLevel.Information, "Sandboxes run on {Backend}: {Reason}")]
        public static partial void BackendChosen(ILogger logger, string backend, string reason);
    }
}
