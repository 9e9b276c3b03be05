using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace SandboxActors;

/// <summary>The mailbox of sandbox actors, <c>sandbox-actors.guest-mailbox</c>.</summary>
internal sealed class GuestMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<GuestMessageQueue>
{
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new GuestMessageQueue();
}
