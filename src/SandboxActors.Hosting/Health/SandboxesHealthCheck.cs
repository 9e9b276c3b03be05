using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SandboxActors.Hosting;

/// <summary>A check of sandboxes that have started; those that have not are unhealthy.</summary>
internal abstract class SandboxesHealthCheck
{
    /// <summary>The check of a host's sandboxes.</summary>
    public IHealthCheck Of(StartedSandboxes started) => new Bound(this, started);

    /// <summary>Checks them.</summary>
    /// <param name="sandboxes">The sandboxes.</param>
    /// <param name="started">Where they come from.</param>
    /// <param name="failureStatus">What to say of what is not healthy.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    protected abstract Task<HealthCheckResult> CheckAsync(
        Sandboxes sandboxes, StartedSandboxes started, HealthStatus failureStatus, CancellationToken cancellation);

    private sealed class Bound(SandboxesHealthCheck check, StartedSandboxes started) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            HealthStatus failureStatus = context.Registration.FailureStatus;
            return started.Find(out string obstacle) is { } sandboxes
                ? check.CheckAsync(sandboxes, started, failureStatus, cancellationToken)
                : Task.FromResult(new HealthCheckResult(failureStatus, obstacle, started.Backend.Failure));
        }
    }
}
