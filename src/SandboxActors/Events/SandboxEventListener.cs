using Akka.Actor;
using Akka.Event;

namespace SandboxActors;

/// <summary>Hands the events of one kind to a handler, one after the other.</summary>
internal sealed class SandboxEventListener<TEvent> : ReceiveActor
    where TEvent : SandboxEvent
{
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public SandboxEventListener(Action<TEvent> handler)
    {
        Receive<TEvent>(happened =>
        {
            try
            {
                handler(happened);
            }
#pragma warning disable CA1031 // A handler is foreign code: what it throws is logged and must not end the subscription.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _log.Error(exception, "A handler of {0} failed.", typeof(TEvent).Name);
            }
        });
    }
}
