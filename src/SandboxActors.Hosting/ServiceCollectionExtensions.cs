using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace SandboxActors.Hosting;

/// <summary>Sandboxes among a host's services.</summary>
public static class ServiceCollectionExtensions
{
    private const string SystemName = "sandboxes";
    private const string ConfigurationFile = "akka.hocon";

    /// <summary>
    /// Makes <see cref="ISandboxes"/> available to the host's services: those of the actor system that
    /// <see cref="AkkaConfigurationBuilderExtensions.WithSandboxes"/> configures. It may be injected anywhere, and used from when the actor system
    /// has started.
    /// </summary>
    /// <remarks>A step of its own because Akka.Hosting configures the actor system when the services are complete already.</remarks>
    public static IServiceCollection AddSandboxes(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<ISandboxes, HostedSandboxes>();
        return services;
    }

    /// <summary>
    /// Adds an actor system that does nothing but run sandboxes, and <see cref="ISandboxes"/>: for a program that needs no other actors. Where a file
    /// <c>akka.hocon</c> lies beside the program, its settings are read too.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Guests, sizes, policies, backend.</param>
    public static IServiceCollection AddSandboxes(this IServiceCollection services, Action<SandboxesOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        string file = Path.Combine(AppContext.BaseDirectory, ConfigurationFile);
        return services.AddSandboxes().AddAkka(SystemName, akka =>
        {
            if (File.Exists(file)) akka.AddHoconFile(file, HoconAddMode.Prepend);
            akka.WithSandboxes(configure);
        });
    }
}
