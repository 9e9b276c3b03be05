using System.Diagnostics;
using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>
/// Owns one sandbox: makes it, runs its calls one step a message, has its supervisor decide when it is poisoned, and frees it. It speaks
/// <see cref="SandboxProtocol"/> and runs on the guest dispatcher. Requests that cannot be served now wait in its mailbox, which keeps their order.
/// </summary>
public sealed partial class SandboxActor : ReceiveActor
{
    private readonly SandboxDefinition _definition;
    private readonly SandboxLifeline _lifeline;
    private readonly SandboxCounters _counters;
    private readonly GuestMessageQueue _messages;
    private Sandbox? _sandbox;
    private SandboxActorState _state;
    private long _poisonedAt;

    /// <param name="definition">What the sandbox is to be.</param>
    /// <param name="lifeline">What reaches it past its mailbox.</param>
    internal SandboxActor(SandboxDefinition definition, SandboxLifeline lifeline)
    {
        _definition = definition;
        _lifeline = lifeline;
        _counters = lifeline.Counters;
        _messages = GuestMessageQueue.Of(Context);
        _messages.Configure(lifeline.Name, definition.Priority, definition.MaximumWaiting);
        lifeline.Attach(_messages);
        Become(Stopping); // until PreStart has made the sandbox
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
        _sandbox?.Dispose();
    }

    /// <summary>The supervisor decides whether there will be a new machine.</summary>
    protected override void PostRestart(Exception reason) => Poison(string.Empty, cause: null);

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
            _lifeline.MarkStopped();
        }
    }

    private void Healthy()
    {
        Receive<SandboxProtocol.Call>(StartCall);
        Receive<SandboxProtocol.TakeSnapshot>(_ => Serve(TakeSnapshot));
        Receive<SandboxProtocol.Restore>(request => Serve(() => Restore(request)));
        Receive<SandboxProtocol.MapFile>(request => Serve(() => MapFile(request)));
        Receive<SandboxProtocol.MapRegion>(request => Serve(() => MapRegion(request)));
        AlwaysReceive();
    }

    // One message, one step: the actor stays answerable between the steps of a long call. Requests wait in the mailbox.
    private void Running()
    {
        Receive<SandboxProtocol.Step>(step => step.CallNumber == _callNumber, _ => Advance());
        AlwaysReceive();
    }

    private void Poisoned()
    {
        Receive<SandboxProtocol.HealByRestore>(heal => heal.Episode == _counters.Poisonings, HealByRestore);
        Receive<SandboxProtocol.HealByRebuild>(heal => heal.Episode == _counters.Poisonings, HealByRebuild);
        AlwaysReceive();
    }

    private void Stopping() => ReceiveAny(_ => Sender.Tell(new SandboxProtocol.Failed(_lifeline.StoppedException())));

    /// <summary>What is answered, or ignored, whatever the actor is doing.</summary>
    private void AlwaysReceive()
    {
        Receive<SandboxProtocol.GetStatus>(_ => Sender.Tell(new SandboxProtocol.Status(Report())));

        // What is left of a call or a poisoning that has ended meanwhile.
        Receive<SandboxProtocol.Step>(_ => { });
        Receive<SandboxProtocol.HealByRestore>(_ => { });
        Receive<SandboxProtocol.HealByRebuild>(_ => { });
    }

    private void Enter(SandboxActorState state)
    {
        _state = state;
        _messages.TakeRequests(state == SandboxActorState.Healthy);
        switch (state)
        {
            case SandboxActorState.Healthy:
                Become(Healthy);
                break;
            case SandboxActorState.Running:
                Become(Running);
                break;
            default:
                Become(Poisoned);
                break;
        }
    }

    /// <summary>Makes the sandbox, whose kills from now on come here.</summary>
    /// <returns>How long it took.</returns>
    private TimeSpan Build(out Snapshot golden)
    {
        long start = Stopwatch.GetTimestamp();
        Sandbox sandbox = _definition.Build();
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
        _counters.Rebuilds, _counters.Slices);

    private static void Publish(SandboxEvent happened) => Context.System.EventStream.Publish(happened);
}
