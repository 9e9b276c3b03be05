using Akka.Actor;

namespace SandboxActors;

/// <summary>
/// Stands among a supervisor's children and falls with them. Actors are stopped by a message, and one whose thread is deep in a guest reads none; the
/// sentinel never is, so it learns at once that all of them shall stop, whoever wanted it, and ends the guests that still run.
/// </summary>
internal sealed class SandboxSentinel(LiveSandboxes sandboxes) : UntypedActor
{
    protected override void OnReceive(object message) => Unhandled(message);

    protected override void PostStop() => sandboxes.CloseAll();
}
