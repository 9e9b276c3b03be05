using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>Makes sandboxes in an actor system. From any thread.</summary>
public interface ISandboxes
{
    /// <summary>The settings that sandboxes get whose definition says nothing else.</summary>
    SandboxSettings Settings { get; }

    /// <summary>The guests that sandboxes can be made for, by name.</summary>
    IReadOnlyDictionary<string, GuestImage> Guests { get; }

    /// <summary>The micro-VMs that sandboxes run on; it says how many there are, and can keep some ready.</summary>
    SandboxPool Pool { get; }

    /// <summary>The parent of all sandboxes; it speaks <see cref="SupervisorProtocol"/>.</summary>
    IActorRef Supervisor { get; }

    /// <summary>Says what a sandbox is to be, to make any number of them: cheaper than saying it anew for each.</summary>
    /// <param name="guest">The name that the guest was registered under.</param>
    /// <param name="configure">Host functions, sizes, what happens when it is poisoned.</param>
    /// <exception cref="ArgumentException">No guest of that name, or something that a sandbox cannot be; the message says what.</exception>
    SandboxDefinition Define(string guest, Action<SandboxDefinitionBuilder>? configure = null);

    /// <summary>Makes a sandbox that has no host functions and is otherwise as the settings say.</summary>
    /// <param name="guest">The name that the guest was registered under.</param>
    /// <returns>The sandbox, when its guest is ready.</returns>
    /// <inheritdoc cref="CreateAsync(SandboxDefinition)" path="/exception"/>
    /// <exception cref="ArgumentException">No guest of that name; thrown at once.</exception>
    Task<SandboxRef> CreateAsync(string guest);

    /// <summary>Makes a sandbox.</summary>
    /// <param name="guest">The name that the guest was registered under.</param>
    /// <param name="configure">Host functions, sizes, what happens when it is poisoned.</param>
    /// <returns>The sandbox, when its guest is ready.</returns>
    /// <inheritdoc cref="CreateAsync(SandboxDefinition)" path="/exception"/>
    /// <exception cref="ArgumentException">No guest of that name, or something that a sandbox cannot be; thrown at once.</exception>
    Task<SandboxRef> CreateAsync(string guest, Action<SandboxDefinitionBuilder> configure);

    /// <summary>Makes a sandbox.</summary>
    /// <param name="definition">What it is to be.</param>
    /// <returns>The sandbox, when its guest is ready.</returns>
    /// <exception cref="GuestPoisonException">The guest died while it started, or was not ready in time.</exception>
    /// <exception cref="Machine.MachineException">The system refused.</exception>
    /// <exception cref="InvalidOperationException">There is a sandbox of that name.</exception>
    /// <exception cref="SandboxStoppedException">The actor system has ended.</exception>
    Task<SandboxRef> CreateAsync(SandboxDefinition definition);

    /// <summary>Makes a sandbox of a name of its own.</summary>
    /// <param name="definition">What it is to be.</param>
    /// <param name="name">Its name, instead of the definition's.</param>
    /// <returns>The sandbox, when its guest is ready.</returns>
    /// <inheritdoc cref="CreateAsync(SandboxDefinition)" path="/exception"/>
    /// <exception cref="ArgumentException">The name cannot be part of an actor's path; thrown at once.</exception>
    Task<SandboxRef> CreateAsync(SandboxDefinition definition, string name);

    /// <summary>Has a handler called for every event of a kind, one after the other, from when this returns.</summary>
    /// <typeparam name="TEvent">One of <see cref="SandboxEvents"/>, or <see cref="SandboxEvent"/> for all.</typeparam>
    /// <param name="handler">The handler. What it throws is logged.</param>
    /// <returns>Ends the subscription when disposed; events published before may still be handled.</returns>
    IDisposable Subscribe<TEvent>(Action<TEvent> handler)
        where TEvent : SandboxEvent;
}
