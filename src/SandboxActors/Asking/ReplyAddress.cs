using Akka.Actor;

namespace SandboxActors;

/// <summary>What all replies of an actor system have in common.</summary>
internal sealed class ReplyAddress(ExtendedActorSystem system)
{
    /// <summary>A path for log lines; nothing is found there.</summary>
    public ActorPath Path { get; } = system.Provider.RootPath / "sandbox-reply";

    public IActorRefProvider Provider { get; } = system.Provider;
}
