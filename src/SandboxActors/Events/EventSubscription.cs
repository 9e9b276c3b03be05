using Akka.Actor;
using Akka.Event;

namespace SandboxActors;

/// <summary>A subscription to sandbox events; ends when disposed.</summary>
internal sealed class EventSubscription(ActorSystem system, IActorRef listener) : IDisposable
{
    public void Dispose()
    {
        system.EventStream.Unsubscribe(listener);
        system.Stop(listener);
    }
}
