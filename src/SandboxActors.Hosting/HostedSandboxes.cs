using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors.Hosting;

/// <summary>
/// The sandboxes of the host's actor system, looked up when they are used: services are constructed before the actor system starts.
/// </summary>
internal sealed class HostedSandboxes(ActorSystem system) : ISandboxes
{
    public SandboxSettings Settings => Started.Settings;

    public IReadOnlyDictionary<string, GuestImage> Guests => Started.Guests;

    public SandboxPool Pool => Started.Pool;

    public IActorRef Supervisor => Started.Supervisor;

    private Sandboxes Started => Sandboxes.Get(system);

    public SandboxDefinition Define(string guest, Action<SandboxDefinitionBuilder>? configure = null) => Started.Define(guest, configure);

    public Task<SandboxRef> CreateAsync(string guest) => Started.CreateAsync(guest);

    public Task<SandboxRef> CreateAsync(string guest, Action<SandboxDefinitionBuilder> configure) => Started.CreateAsync(guest, configure);

    public Task<SandboxRef> CreateAsync(SandboxDefinition definition) => Started.CreateAsync(definition);

    public Task<SandboxRef> CreateAsync(SandboxDefinition definition, string name) => Started.CreateAsync(definition, name);

    public IDisposable Subscribe<TEvent>(Action<TEvent> handler)
        where TEvent : SandboxEvent => Started.Subscribe(handler);
}
