using System.Collections.Frozen;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using SandboxActors.Core;
using SandboxActors.Machine;

namespace SandboxActors;

/// <summary>Sandboxes in an actor system: an extension of it, started once. Ends with the actor system.</summary>
public sealed class Sandboxes : ISandboxes, IExtension
{
    private readonly ActorSystem _system;
    private readonly IHypervisor _hypervisor;
    private readonly ReplyAddress _replies;
    private readonly IGuestLogSink? _guestLog;
    private readonly SandboxLifeline _lifeline = new("sandboxes");

    private Sandboxes(ExtendedActorSystem system, SandboxesSetup setup)
    {
        _system = system;
        _hypervisor = setup.Hypervisor;
        _guestLog = setup.GuestLog;
        Guests = setup.Guests.ToFrozenDictionary(StringComparer.Ordinal);
        Settings = setup.Settings ?? SandboxSettings.From(system.Settings.Config);
        _replies = new ReplyAddress(system);
        Threads = RegisterDispatcher(system, Settings);
        Pool = new SandboxPool(Settings.Pool);
        Supervisor = system.ActorOf(Props.CreateBy(new SupervisorProducer(_replies, _lifeline)), "sandboxes");
        system.RegisterOnTermination(() =>
        {
            _lifeline.MarkStopped();
            Pool.Dispose();
            if (setup.OwnsHypervisor) _hypervisor.Dispose();
        });
    }

    /// <inheritdoc />
    public SandboxSettings Settings { get; }

    /// <inheritdoc />
    public IReadOnlyDictionary<string, GuestImage> Guests { get; }

    /// <inheritdoc />
    public IActorRef Supervisor { get; }

    /// <inheritdoc />
    public SandboxPool Pool { get; }

    /// <summary>What their machines run on.</summary>
    internal IHypervisor Hypervisor => _hypervisor;

    /// <summary>What runs the guests.</summary>
    internal GuestThreads Threads { get; }

    /// <summary>Starts sandboxes in an actor system.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="setup">What they run on, and which guests there are.</param>
    /// <exception cref="SandboxConfigurationException">A setting under <c>sandbox-actors</c> has a value that it cannot have.</exception>
    /// <exception cref="InvalidOperationException">They have been started in this actor system.</exception>
    public static Sandboxes Start(ActorSystem system, SandboxesSetup setup)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(setup);
        if (system.HasExtension<Sandboxes>())
            throw new InvalidOperationException($"Sandboxes have been started in actor system '{system.Name}' already.");
        return (Sandboxes)system.RegisterExtension(new ExtensionId(setup));
    }

    /// <summary>The sandboxes of an actor system.</summary>
    /// <exception cref="InvalidOperationException">They have not been started in it.</exception>
    public static Sandboxes Get(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.TryGetExtension(out Sandboxes sandboxes)
            ? sandboxes
            : throw new InvalidOperationException($"Sandboxes have not been started in actor system '{system.Name}'.");
    }

    /// <inheritdoc />
    public SandboxDefinition Define(string guest, Action<SandboxDefinitionBuilder>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(guest);
        if (!Guests.TryGetValue(guest, out GuestImage? image))
        {
            string known = Guests.Count == 0 ? "are none" : "is " + string.Join(", ", Guests.Keys.Order(StringComparer.Ordinal));
            throw new ArgumentException($"There is no guest '{guest}'; there {known}.", nameof(guest));
        }

        var builder = new SandboxDefinitionBuilder(_hypervisor, Pool, guest, image, Settings, _guestLog);
        configure?.Invoke(builder);
        return builder.Build();
    }

    /// <inheritdoc />
    public Task<SandboxRef> CreateAsync(string guest) => CreateAsync(Define(guest));

    /// <inheritdoc />
    public Task<SandboxRef> CreateAsync(string guest, Action<SandboxDefinitionBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return CreateAsync(Define(guest, configure));
    }

    /// <inheritdoc />
    public Task<SandboxRef> CreateAsync(SandboxDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Create(new SupervisorProtocol.Create(definition));
    }

    /// <inheritdoc />
    public Task<SandboxRef> CreateAsync(SandboxDefinition definition, string name)
    {
        ArgumentNullException.ThrowIfNull(definition);
        SandboxName.Check(name);
        return Create(new SupervisorProtocol.Create(definition, name));
    }

    /// <inheritdoc />
    public IDisposable Subscribe<TEvent>(Action<TEvent> handler)
        where TEvent : SandboxEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        IActorRef listener = _system.ActorOf(Props.CreateBy(new ListenerProducer<TEvent>(handler)));
        _system.EventStream.Subscribe(listener, typeof(TEvent));
        return new EventSubscription(_system, listener);
    }

    private Task<SandboxRef> Create(SupervisorProtocol.Create request)
    {
        var reply = new Reply<SandboxRef>(_replies, _lifeline, Replies.CreatedReader);
        Supervisor.Tell(request, reply);
        return reply.Task;
    }

    /// <summary>
    /// Makes the guest dispatcher, as the settings came to, and has Akka find the reference settings, where it looks for the guest mailbox.
    /// </summary>
    private static GuestThreads RegisterDispatcher(ExtendedActorSystem system, SandboxSettings settings)
    {
        system.Settings.InjectTopLevelFallback(SandboxSettings.Reference);
        Config dispatcher = Dispatchers.GetConfig(system.Settings.Config, SandboxSettings.GuestDispatcher);
        var configurator = new GuestDispatcher.Maker(dispatcher, system.Dispatchers.Prerequisites, settings);
        system.Dispatchers.RegisterConfigurator(SandboxSettings.GuestDispatcher, configurator);
        return configurator.Threads;
    }

    private sealed class ExtensionId(SandboxesSetup setup) : ExtensionIdProvider<Sandboxes>
    {
        public override Sandboxes CreateExtension(ExtendedActorSystem system) => new(system, setup);
    }

    private sealed class SupervisorProducer(ReplyAddress replies, SandboxLifeline lifeline) : IIndirectActorProducer
    {
        public Type ActorType => typeof(SandboxSupervisor);

        public ActorBase Produce() => new SandboxSupervisor(replies, lifeline.MarkStopped, Random.Shared.NextDouble);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class ListenerProducer<TEvent>(Action<TEvent> handler) : IIndirectActorProducer
        where TEvent : SandboxEvent
    {
        public Type ActorType => typeof(SandboxEventListener<TEvent>);

        public ActorBase Produce() => new SandboxEventListener<TEvent>(handler);

        public void Release(ActorBase actor)
        {
        }
    }
}
