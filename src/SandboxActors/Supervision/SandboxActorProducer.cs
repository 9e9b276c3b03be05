using Akka.Actor;

namespace SandboxActors;

/// <summary>Makes sandbox actors without reflection over their constructors.</summary>
internal sealed class SandboxActorProducer(SandboxDefinition definition, SandboxLifeline lifeline) : IIndirectActorProducer
{
    public Type ActorType => typeof(SandboxActor);

    public ActorBase Produce() => new SandboxActor(definition, lifeline);

    public void Release(ActorBase actor)
    {
        // The actor frees its sandbox itself, in PostStop.
    }
}
