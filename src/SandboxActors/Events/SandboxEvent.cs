using Akka.Actor;

namespace SandboxActors;

/// <summary>
/// Something happened to a sandbox. Published on the actor system's event stream; the kinds are nested in <see cref="SandboxEvents"/>.
/// </summary>
/// <param name="Name">The sandbox's name.</param>
/// <param name="Path">Its actor's path.</param>
/// <param name="SandboxId">The number of the machine behind the actor; a rebuild brings another one.</param>
public abstract record SandboxEvent(string Name, ActorPath Path, long SandboxId);
