using Akka.Actor;
using Akka.DependencyInjection;
using Akka.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SandboxActors.Core;

namespace SandboxActors.Hosting;

/// <summary>Sandboxes in an actor system that Akka.Hosting runs.</summary>
public static partial class AkkaConfigurationBuilderExtensions
{
    /// <summary>
    /// Starts sandboxes with the actor system, and ends them with it: when the host has stopped, no machine, thread, mapping or descriptor of theirs
    /// is left. For <see cref="ISandboxes"/> in the host's services see
    /// <see cref="ServiceCollectionExtensions.AddSandboxes(Microsoft.Extensions.DependencyInjection.IServiceCollection)"/>. Starting the host throws
    /// <see cref="OptionsValidationException"/> with every failure if an option is wrong, <see cref="SandboxConfigurationException"/> if a setting in
    /// HOCON or the environment is, and <see cref="Kvm.KvmUnavailableException"/> if KVM was asked for and cannot be used. One line of the log says
    /// which backend runs, and why.
    /// </summary>
    /// <param name="builder">The actor system's configuration.</param>
    /// <param name="configure">Guests, sizes, policies, backend.</param>
    public static AkkaConfigurationBuilder WithSandboxes(this AkkaConfigurationBuilder builder, Action<SandboxesOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new SandboxesOptions();
        configure(options);
        return builder
            .AddHocon(SandboxSettings.Reference, HoconAddMode.Append) // below whatever the program says
            .AddStartup((system, registry) => registry.Register<SandboxSupervisor>(Start(system, options).Supervisor));
    }

    private static Sandboxes Start(ActorSystem system, SandboxesOptions options)
    {
        var configured = SandboxSettings.From(system.Settings.Config, options.ReadEnvironment);
        SandboxSettings settings = options.Apply(configured, out Dictionary<string, GuestImage> guests, out IReadOnlyList<string> failures);
        if (failures.Count > 0) throw new OptionsValidationException(nameof(SandboxesOptions), typeof(SandboxesOptions), failures);

        BackendRecord record = DependencyResolver.For(system).Resolver.GetService<BackendRecord>() ?? new BackendRecord();
        OpenedBackend backend = record.Keep(() => options.OpenBackend(system.Settings.Config));
        GuestLogWriter? guestLog = Loggers(system) is { } loggers ? new GuestLogWriter(loggers) : null;
        Sandboxes sandboxes = Start(system, new SandboxesSetup(backend.Hypervisor) { Guests = guests, Settings = settings, OwnsHypervisor = true, GuestLog = guestLog });
        Log.BackendChosen(Logger(system), backend.Hypervisor.Name, backend.Reason);
        sandboxes.Subscribe<SandboxEvents.Poisoned>(new PoisonLog(Logger(system)).Write);
        sandboxes.Subscribe<SandboxEvent>(new HealingLog(Logger(system)).Write);
        return sandboxes;
    }

    private static Sandboxes Start(ActorSystem system, SandboxesSetup setup)
    {
        try
        {
            return Sandboxes.Start(system, setup);
        }
        catch
        {
            setup.Hypervisor.Dispose();
            throw;
        }
    }

    /// <summary>The host's logger, where the host logs.</summary>
    private static ILogger Logger(ActorSystem system) => (Loggers(system) ?? NullLoggerFactory.Instance).CreateLogger<Sandboxes>();

    private static ILoggerFactory? Loggers(ActorSystem system) => DependencyResolver.For(system).Resolver.GetService<ILoggerFactory>();
}
