using System.Buffers;
using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Core.Telemetry;

namespace SandboxActors;

// Calls that wait directly behind the one that starts are handed to the guest together with it. They stay first in the mailbox until the guest has
// come to them, so there is nothing to put back: whatever ends the batch early, those that have not started still wait there, in their order.
public sealed partial class SandboxActor
{
    private readonly BatchAnswers _answers;
    private bool _hasTurned;

    /// <summary>Starts a call, and those that can go with it.</summary>
    private GuestCall Begin(SandboxProtocol.Call request, CallOptions options)
    {
        if (_definition.Batch == 1 || !request.IsBatchable || SandboxSource.IsListenedTo) return BeginAlone(request, options);

        GuestInvocation[] calls = ArrayPool<GuestInvocation>.Shared.Rent(_definition.Batch);
        try
        {
            calls[0] = request.Invocation;
            int waiting = _messages.CopyCalls(calls.AsSpan(1, _definition.Batch - 1));
            return Sandbox.StartBatch(calls.AsSpan(0, waiting + 1), _answers, out _);
        }
        finally
        {
            ArrayPool<GuestInvocation>.Shared.Return(calls, clearArray: true);
        }
    }

    private GuestCall BeginAlone(SandboxProtocol.Call request, CallOptions options)
    {
        GuestCall call = Sandbox.StartIn(request.Function, request.ReturnType, options, request.Span?.Context ?? default, request.Arguments.AsSpan());
        call.Span?.SetName(_lifeline.Name);
        return call;
    }

    /// <summary>The calls that were in hand have ended, and the next one is.</summary>
    private void Answer(ReadOnlySpan<GuestStep> answers)
    {
        _hasTurned = true;
        _counters.Calls += answers.Length;
        _counters.UnprovenSinceHeal = false;
        _scope?.End(); // before anybody learns of an answer
        IActorRef[] callers = ArrayPool<IActorRef>.Shared.Rent(answers.Length);
        try
        {
            _messages.TakeCallers(callers.AsSpan(0, answers.Length));
            for (int i = 0; i < answers.Length; i++)
            {
                IActorRef caller = _caller;
                _caller = callers[i];
                GuestStep answer = answers[i];
                caller.Tell(answer.Failure is { } failure ? new SandboxProtocol.Failed(failure) : new SandboxProtocol.Completed(answer.Value));
            }
        }
        finally
        {
            ArrayPool<IActorRef>.Shared.Return(callers, clearArray: true);
        }

        if (_scope is null) return;
        _scope = new HostCallScope(_lifeline, origin: null);
        _scope.Enter();
    }

    private sealed class BatchAnswers(SandboxActor actor) : IBatchAnswers
    {
        public void Answered(int first, ReadOnlySpan<GuestStep> answers) => actor.Answer(answers);
    }
}
