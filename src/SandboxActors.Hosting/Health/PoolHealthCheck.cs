using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SandboxActors.Core;

namespace SandboxActors.Hosting;

/// <summary>Whether the micro-VMs that are to be ready are. Sandboxes work without them; what they lack is made while somebody waits.</summary>
internal sealed class PoolHealthCheck : SandboxesHealthCheck
{
    /// <inheritdoc />
    protected override Task<HealthCheckResult> CheckAsync(
        Sandboxes sandboxes, StartedSandboxes started, HealthStatus failureStatus, CancellationToken cancellation) =>
        Task.FromResult(Check(sandboxes.Pool.Report, sandboxes.Settings.Pool.MaximumLive, sandboxes.Pool.FillingFailure));

    private static HealthCheckResult Check(SandboxPoolReport report, int maximumLive, Exception? failure)
    {
        var data = new Dictionary<string, object>
        {
            ["live"] = report.Live,
            ["free"] = report.Free,
            ["wanted"] = report.Wanted,
            ["missing"] = report.Missing,
        };
        if (report.Missing == 0) return HealthCheckResult.Healthy(Sentence($"{report.Live} micro-VMs, {report.Wanted} of them kept ready."), data);

        string missing = Sentence($"{report.Missing} of {report.Wanted} micro-VMs that are to be ready are not");
        return HealthCheckResult.Degraded($"{missing}: {Reason(report, maximumLive, failure)}", failure, data);
    }

    private static string Reason(SandboxPoolReport report, int maximumLive, Exception? failure) => failure switch
    {
        not null => $"the last one could not be made ({failure.Message.TrimEnd('.')}).",
        null when report.Live >= maximumLive => Sentence(
            $"there are {report.Live}, and there may be {maximumLive}: raise sandbox-actors.pool.max-live, or keep fewer ready."),
        null => "they are being made.",
    };

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
