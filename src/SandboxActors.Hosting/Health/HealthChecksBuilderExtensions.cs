using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SandboxActors.Hosting;

/// <summary>Sandboxes among a host's health checks.</summary>
public static class HealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds three checks of the sandboxes that <see cref="AkkaConfigurationBuilderExtensions.WithSandboxes"/> or
    /// <see cref="ServiceCollectionExtensions.AddSandboxes(IServiceCollection, Action{SandboxesOptions})"/> configures: that guest threads take work
    /// (<see cref="SandboxHealthOptions.LiveTag"/>), that machines can be made, and that the micro-VMs that are to be ready are (both
    /// <see cref="SandboxHealthOptions.ReadyTag"/>). Each says what is wrong and what to do about it.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="configure">How long they wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The patience is not positive.</exception>
    public static IHealthChecksBuilder AddSandboxes(this IHealthChecksBuilder builder, Action<SandboxHealthOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new SandboxHealthOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Patience, TimeSpan.Zero, nameof(options.Patience));
        builder.Services.AddSandboxes();
        builder.Services.TryAddSingleton<BackendRecord>();
        builder.Services.TryAddSingleton<StartedSandboxes>();
        return builder
            .Add(Check(SandboxHealthOptions.GuestThreadsName, SandboxHealthOptions.LiveTag, new GuestThreadsHealthCheck(options.Patience)))
            .Add(Check(SandboxHealthOptions.BackendName, SandboxHealthOptions.ReadyTag, new BackendHealthCheck(options.Patience)))
            .Add(Check(SandboxHealthOptions.PoolName, SandboxHealthOptions.ReadyTag, new PoolHealthCheck()));
    }

    // The check is made once and lives as long as the host: what it has asked for and has not been answered is not asked for again.
    private static HealthCheckRegistration Check(string name, string tag, SandboxesHealthCheck check) =>
        new(name, services => check.Of(services.GetRequiredService<StartedSandboxes>()), failureStatus: null, [tag]);
}
