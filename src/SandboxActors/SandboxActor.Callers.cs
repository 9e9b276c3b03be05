using Akka.Actor;
using SandboxActors.Core.Calls;

namespace SandboxActors;

// Callers whose calls end with them.
public sealed partial class SandboxActor
{
    private void CallerHasGone(IActorRef caller)
    {
        _messages.GiveUpCallsOf(caller);
        if (_call is null || !_endsWithCaller || !_caller.Equals(caller)) return;
        _caller = ActorRefs.Nobody; // there is nobody to tell how it ends
        Sandbox.InterruptHandle.Kill(CallEnd.CallerCancelled);
    }
}
