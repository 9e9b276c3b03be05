using Microsoft.Extensions.Diagnostics.HealthChecks;
using SandboxActors.Machine;

namespace SandboxActors.Hosting;

/// <summary>Whether machines can be made: one is, without memory, and disposed. Where descriptors, mappings or memory are short it fails first.</summary>
internal sealed class BackendHealthCheck(TimeSpan patience) : SandboxesHealthCheck
{
    private readonly PendingAnswer _trial = new(patience);

    /// <inheritdoc />
    protected override async Task<HealthCheckResult> CheckAsync(
        Sandboxes sandboxes, StartedSandboxes started, HealthStatus failureStatus, CancellationToken cancellation)
    {
        IHypervisor hypervisor = sandboxes.Hypervisor;
        try
        {
            if (!await _trial.WaitAsync(() => Task.Run(() => MakeMachine(hypervisor), CancellationToken.None), cancellation).ConfigureAwait(false))
                return new HealthCheckResult(failureStatus, $"Making a machine on {hypervisor.Name} takes longer than {patience}: have fewer (sandbox-actors.pool.max-live).");
        }
        catch (MachineException refused)
        {
            return new HealthCheckResult(failureStatus, $"No machine can be made on {hypervisor.Name}: {refused.Message}", refused);
        }

        return HealthCheckResult.Healthy($"Sandboxes run on {hypervisor.Name}: {started.Backend.Opened?.Reason}");
    }

    private static void MakeMachine(IHypervisor hypervisor)
    {
        var options = new MachineOptions { OpenPorts = [], Arena = GuestMemoryArena.Shared };
        hypervisor.CreateMachine(options).Dispose();
    }
}
