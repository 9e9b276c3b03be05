using System.Diagnostics;
using System.Security;
using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Machine;

namespace SandboxActors;

// Calls and the other requests.
public sealed partial class SandboxActor
{
    private GuestCall? _call;
    private IActorRef _caller = ActorRefs.Nobody;
    private bool _endsWithCaller;
    private HostCallScope? _scope;
    private long _callNumber;
    private ActivityContext _lastSpan;

    private void Serve(SandboxProtocol.IRequest request)
    {
        switch (request)
        {
            case SandboxProtocol.Call call:
                StartCall(call);
                break;
            case SandboxProtocol.TakeSnapshot take:
                Serve(() => TakeSnapshot(take));
                break;
            case SandboxProtocol.Restore restore:
                Serve(() => Restore(restore));
                break;
            case SandboxProtocol.MapFile map:
                Serve(() => MapFile(map));
                break;
            case SandboxProtocol.MapRegion map:
                Serve(() => MapRegion(map));
                break;
            case SandboxProtocol.GenerateCrashDump dump:
                Serve(() => GenerateCrashDump(dump));
                break;
            default:
                throw new InvalidOperationException($"{request.GetType()} is a request that nobody serves.");
        }
    }

    private void StartCall(SandboxProtocol.Call request)
    {
        CallOptions options = request.Options;
        if (_messages.Ticket is { } ticket)
        {
            if (ticket.IsOverdue)
            {
                Sender.Tell(new SandboxProtocol.Failed(ticket.TimeoutException()));
                return;
            }

            options = ticket.Options;
        }

        _messages.BeginCall(); // before it starts: from then on whoever ends it hurries it
        try
        {
            _call = Begin(request, options);
        }
        catch (Exception failure)
        {
            Refuse(failure);
            return;
        }

        _caller = Sender;
        _endsWithCaller = request.EndsWithCaller;
        _callNumber++;
        _scope = _definition.CallsHost || options.Items is not null ? new HostCallScope(_lifeline, request.Origin) : null;
        Advance();
    }

    private void Advance()
    {
        if (!_lifeline.MayRun()) return; // the actor is being stopped, and PostStop answers

        GuestStep step = Step();
        switch (step.Kind)
        {
            case GuestStepKind.Completed:
                EndCall(new SandboxProtocol.Completed(step.Value), failure: null);
                break;
            case GuestStepKind.Failed:
                SandboxException failure = step.Failure!;
                Exception cause = _lifeline.IsClosing && failure is GuestKilledException ? _lifeline.StoppedException() : failure;
                EndCall(new SandboxProtocol.Failed(cause), failure);
                break;
            case GuestStepKind.Preempted:
                PayForSlice();
                Self.Tell(new SandboxProtocol.Step(_callNumber)); // in its turn; whatever is not a request comes before it
                KeepRunning();
                break;
            case GuestStepKind.Waiting:
                PayForSlice();
                long number = _callNumber;
                step.Waiting!.PipeTo(Self, Self, () => new SandboxProtocol.Step(number));
                KeepRunning();
                break;
            default:
                throw new InvalidOperationException($"A step ended as {step.Kind}.");
        }
    }

    private GuestStep Step()
    {
        _hasTurned = false;
        _scope?.Enter();
        _messages.BeginSlice(_lifeline);
        try
        {
            return _call!.Step();
        }
        finally
        {
            _messages.EndSlice();
            if (_scope is not null) HostCallScope.Leave();
        }
    }

    private void PayForSlice()
    {
        if (_messages.TrySink()) _counters.CountSlice();
        if (_hasTurned) _messages.Rise(); // the call in hand did not use up the slice alone
    }

    private void KeepRunning()
    {
        if (_state != SandboxActorState.Running) Enter(SandboxActorState.Running);
    }

    private void EndCall(object reply, SandboxException? failure)
    {
        string function = _call!.Function;
        _lastSpan = _call.Span?.Context ?? default;
        IActorRef caller = _caller;
        ForgetCall();
        _log?.SayWhatWasLeftOut();
        _counters.Calls++;
        if (Sandbox.Status == SandboxStatus.Ready)
        {
            _counters.UnprovenSinceHeal = false;
            if (_state == SandboxActorState.Running) Enter(SandboxActorState.Healthy);
        }
        else
        {
            var poison = failure as GuestPoisonException;
            Poison(function, poison?.Reason ?? Sandbox.PoisonReason, poison?.CrashReport ?? Sandbox.CrashReport);
        }

        caller.Tell(reply);
    }

    private void ForgetCall()
    {
        _call = null;
        _caller = ActorRefs.Nobody;
        _scope?.End();
        _scope = null;
    }

    private void AbandonCall(Exception cause)
    {
        if (_call is null) return;
        _caller.Tell(new SandboxProtocol.Failed(cause));
        ForgetCall();
    }

    private SandboxProtocol.SnapshotTaken TakeSnapshot(SandboxProtocol.TakeSnapshot request)
    {
        Snapshot snapshot = Sandbox.SnapshotIn(request.Span?.Context ?? default);
        Context.Parent.Tell(new SupervisorProtocol.SnapshotChanged(snapshot));
        return new SandboxProtocol.SnapshotTaken(snapshot);
    }

    private SandboxProtocol.Done Restore(SandboxProtocol.Restore request)
    {
        Sandbox.RestoreIn(request.Snapshot, request.Span?.Context ?? default);
        Context.Parent.Tell(new SupervisorProtocol.SnapshotChanged(request.Snapshot));
        return SandboxProtocol.Done.Instance;
    }

    private SandboxProtocol.Mapped MapFile(SandboxProtocol.MapFile request) =>
        new(Sandbox.MapFile(request.Path, request.Start, request.Access));

    private SandboxProtocol.Done MapRegion(SandboxProtocol.MapRegion request)
    {
        Sandbox.MapRegion(request.Start, request.Memory, request.Access);
        return SandboxProtocol.Done.Instance;
    }

    private SandboxProtocol.Done GenerateCrashDump(SandboxProtocol.GenerateCrashDump request)
    {
        Sandbox.GenerateCrashDump(request.Path);
        return SandboxProtocol.Done.Instance;
    }

    /// <summary>Answers a request with what it gives, or with why it failed.</summary>
    private void Serve(Func<object> serve)
    {
        object reply;
        try
        {
            reply = serve();
        }
        catch (Exception failure)
        {
            Refuse(failure);
            return;
        }

        Sender.Tell(reply);
    }

    /// <summary>Answers a request that failed; throws on if the failure is none that a sandbox promises.</summary>
    private void Refuse(Exception failure)
    {
        Sender.Tell(new SandboxProtocol.Failed(failure));
        if (!IsExpected(failure)) throw new SandboxSuspectException(_lifeline.Name, failure);
        if (Sandbox.Status != SandboxStatus.Ready) Poison(string.Empty, Sandbox.PoisonReason, Sandbox.CrashReport);
    }

    /// <summary>What a sandbox's operations are documented to throw, with a known state behind it: a reply, and nothing more.</summary>
    private static bool IsExpected(Exception failure) =>
        failure is SandboxException or MachineException or ArgumentException or OperationCanceledException or IOException or UnauthorizedAccessException
            or SecurityException;
}
