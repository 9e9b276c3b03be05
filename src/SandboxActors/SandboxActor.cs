using System.Diagnostics;
using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>
/// Owns one sandbox: makes it, runs its calls one step a message, has its supervisor decide when it is poisoned, and frees it. It speaks
/// <see cref="SandboxProtocol"/> and runs on the guest dispatcher. Requests that cannot be served now wait in its mailbox, which keeps their order.
/// </summary>
public sealed partial class SandboxActor : UntypedActor
{
    private readonly SandboxDefinition _definition;
    private readonly SandboxLifeline _lifeline;
    private readonly SandboxCounters _counters;
    private readonly GuestMessageQueue _messages;
    private readonly GuestLog? _log;
    private Sandbox? _sandbox;
    private SandboxActorState _state;
    private bool _hasStarted;
    private long _poisonedAt;

    /// <param name="definition">What the sandbox is to be.</param>
    /// <param name="lifeline">What reaches it past its mailbox.</param>
    internal SandboxActor(SandboxDefinition definition, SandboxLifeline lifeline)
    {
        _definition = definition;
        _lifeline = lifeline;
        _counters = lifeline.Counters;
        _messages = GuestMessageQueue.Of(Context);
        _answers = new BatchAnswers(this);
        _messages.Configure(lifeline.Name, definition.Priority, definition.MaximumWaiting);
        lifeline.Attach(_messages);
        if (definition.LogSink is { } sink) _log = new GuestLog(definition.Guest, lifeline.Name, definition.Log, sink, TimeProvider.System);
    }

    private Sandbox Sandbox => _sandbox ?? throw new InvalidOperationException("The actor has no sandbox.");

    /// <inheritdoc />
    protected override void PreStart()
    {
        try
        {
            TimeSpan duration = Build(out Snapshot golden);
            Publish(new SandboxEvents.Started(_lifeline.Name, Self.Path, Sandbox.Id, duration));
            Context.Parent.Tell(new SupervisorProtocol.Started(golden));
            Enter(SandboxActorState.Healthy);
        }
#pragma warning disable CA1031 // Whatever it was: there is no sandbox, and whoever wanted one is told why.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _lifeline.Close(SandboxStopReason.NeverStarted);
            Context.Parent.Tell(new SupervisorProtocol.StartFailed(failure));
            Context.Stop(Self);
        }
    }

    /// <summary>
    /// Something unexpected was thrown: nobody knows what state the sandbox is in. The machine goes; name, mailbox and what was set aside stay.
    /// </summary>
    protected override void PreRestart(Exception reason, object message)
    {
        AbandonCall(reason);
        _sandbox?.Discard();
    }

    /// <summary>The supervisor decides whether there will be a new machine.</summary>
    protected override void PostRestart(Exception reason) => Poison(string.Empty, cause: null, report: null);

    /// <inheritdoc />
    protected override void PostStop()
    {
        try
        {
            _sandbox?.Dispose();
        }
        finally
        {
            Exception stopped = _lifeline.StoppedException();
            AbandonCall(stopped);
            foreach (Envelope waiting in _messages.TakeAllRequests()) waiting.Sender.Tell(new SandboxProtocol.Failed(stopped));
            if (_lifeline.StopReason != SandboxStopReason.NeverStarted)
                Publish(new SandboxEvents.Stopped(_lifeline.Name, Self.Path, _sandbox?.Id ?? 0, _lifeline.StopReason));
            _log?.Close();
            _lifeline.MarkStopped();
        }
    }

    /// <inheritdoc />
    /// <remarks>One message, one step: the actor stays answerable between the steps of a long call.</remarks>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case not null when !_hasStarted:
                Sender.Tell(new SandboxProtocol.Failed(_lifeline.StoppedException())); // there will be no sandbox
                break;
            case SandboxProtocol.IRequest request when _state == SandboxActorState.Healthy: // otherwise requests wait in the mailbox
                Serve(request);
                break;
            case SandboxProtocol.GetStatus:
                Sender.Tell(new SandboxProtocol.Status(Report()));
                break;

            // Of a call or a poisoning that has ended meanwhile something may be left.
            case SandboxProtocol.Step step:
                if (_state == SandboxActorState.Running && step.CallNumber == _callNumber) Advance();
                break;
            case SandboxProtocol.HealByRestore heal:
                if (IsAwaited(heal.Episode)) HealByRestore(heal);
                break;
            case SandboxProtocol.HealByRebuild heal:
                if (IsAwaited(heal.Episode)) HealByRebuild(heal);
                break;
            case SandboxProtocol.WatchCaller watch:
                Context.Watch(watch.Caller); // until either has gone, since it may call again; watching twice is watching once
                break;
            case Terminated terminated:
                CallerHasGone(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private bool IsAwaited(long episode) => _state == SandboxActorState.Poisoned && episode == _counters.Poisonings;

    private void Enter(SandboxActorState state)
    {
        _hasStarted = true;
        _state = state;
        _messages.TakeRequests(state == SandboxActorState.Healthy);
    }

    /// <summary>Makes the sandbox, whose kills from now on come here.</summary>
    /// <returns>How long it took.</returns>
    private TimeSpan Build(out Snapshot golden)
    {
        long start = Stopwatch.GetTimestamp();
        Sandbox sandbox = _definition.Build(_log);
        try
        {
            golden = sandbox.Snapshot();
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }

        _sandbox = sandbox;
        _lifeline.Publish(sandbox);
        return Stopwatch.GetElapsedTime(start);
    }

    private SandboxReport Report() => new(
        _state, _sandbox?.Id ?? 0, _sandbox?.PoisonReason, _messages.Waiting, _counters.Calls, _counters.Poisonings, _counters.Restores,
        _counters.Rebuilds, _counters.Slices)
    {
        Debugger = _sandbox?.Debugger,
    };

    private static void Publish(SandboxEvent happened) => Context.System.EventStream.Publish(happened);
}
