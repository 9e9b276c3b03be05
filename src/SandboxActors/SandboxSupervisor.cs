using System.Globalization;
using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Core.Telemetry;

namespace SandboxActors;

/// <summary>
/// Parent of sandbox actors. It knows of each the snapshot to go back to and how often it has been healed, and answers poisonings by policy. It
/// speaks <see cref="SupervisorProtocol"/>, never waits for a guest, and runs on the default dispatcher.
/// </summary>
public sealed class SandboxSupervisor : ReceiveActor, IWithTimers
{
    private readonly ReplyAddress _replies;
    private readonly Action _stopped;
    private readonly Func<double> _random;
    private readonly Dictionary<IActorRef, SupervisedSandbox> _sandboxes = [];
    private readonly LiveSandboxes _live = new();
    private bool _restarting;
    private long _unnamed;

    /// <param name="replies">Where replies to the typed front go.</param>
    /// <param name="stopped">Called when the supervisor has stopped, with everything below it.</param>
    /// <param name="random">A number from 0 up to 1.</param>
    internal SandboxSupervisor(ReplyAddress replies, Action stopped, Func<double> random)
    {
        _replies = replies;
        _stopped = stopped;
        _random = random;

        Receive<SupervisorProtocol.Create>(Create);
        Receive<SupervisorProtocol.StopSandbox>(request => WithSandbox(request.Sandbox, sandbox => Stop(sandbox, SandboxStopReason.Requested)));
        Receive<SupervisorProtocol.Started>(started => WithSandbox(Sender, sandbox => Start(sandbox, started.Golden)));
        Receive<SupervisorProtocol.StartFailed>(failed =>
            WithSandbox(Sender, sandbox => ReplyToCreator(sandbox, new SandboxProtocol.Failed(failed.Cause))));
        Receive<SupervisorProtocol.SnapshotChanged>(changed => WithSandbox(Sender, sandbox => sandbox.LastGood = changed.Snapshot));
        Receive<SupervisorProtocol.Poisoned>(poisoned => WithSandbox(Sender, sandbox => Decide(sandbox, poisoned)));
        Receive<SupervisorProtocol.BackoffOver>(over => WithSandbox(over.Sandbox, sandbox => Heal(sandbox, over.Decision, over.Episode)));
        Receive<SupervisorProtocol.Healed>(healed => WithSandbox(Sender, sandbox => sandbox.LastGood = healed.Golden ?? sandbox.LastGood));
        Receive<Terminated>(terminated => WithSandbox(terminated.ActorRef, Forget));
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        SandboxMeter.Queues.Add(_live);
        Context.ActorOf(Props.CreateBy(new SentinelProducer(_live)));
    }

    /// <inheritdoc />
    protected override void PreRestart(Exception reason, object message)
    {
        _restarting = true;
        base.PreRestart(reason, message);
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        foreach (SupervisedSandbox sandbox in _sandboxes.Values)
        {
            // Of those whose actor had no time to say so itself.
            sandbox.Lifeline.MarkStopped();
            ReplyToCreator(sandbox, new SandboxProtocol.Failed(sandbox.Lifeline.StoppedException()));
            foreach ((_, IActorRef sender) in sandbox.Successors ?? []) sender.Tell(new SandboxProtocol.Failed(sandbox.Lifeline.StoppedException()));
        }

        if (!_restarting) _stopped();
    }

    /// <summary>
    /// What a sandbox's actor throws means that its state is suspect: it starts over, without its machine, and asks for healing like a poisoned one.
    /// </summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(cause => cause is ActorInitializationException or ActorKilledException ? Directive.Stop : Directive.Restart);

    private void Create(SupervisorProtocol.Create request)
    {
        string name = request.Name ?? request.Definition.Name ?? NextName(request.Definition.Guest);
        if (!ActorPath.IsValidPathElement(name))
        {
            Sender.Tell(new SandboxProtocol.Failed(new ArgumentException($"'{name}' cannot be the name of a sandbox.", nameof(request))));
            return;
        }

        if (_sandboxes.TryGetValue(Context.Child(name), out SupervisedSandbox? namesake))
        {
            if (namesake.Lifeline.IsClosing) (namesake.Successors ??= []).Add((request, Sender));
            else Sender.Tell(new SandboxProtocol.Failed(new InvalidOperationException($"There is a sandbox of the name '{name}' already.")));
            return;
        }

        var lifeline = new SandboxLifeline(name);
        _live.Add(lifeline);
        Props props = Props.CreateBy(new SandboxActorProducer(request.Definition, lifeline))
            .WithDispatcher(SandboxSettings.GuestDispatcher)
            .WithMailbox(SandboxSettings.GuestMailbox);
        IActorRef actor = Context.Watch(Context.ActorOf(props, name));
        var sandbox = new SandboxRef(actor, Self, lifeline, _replies);
        _sandboxes.Add(actor, new SupervisedSandbox(sandbox, lifeline, request.Definition.Healing, Sender));
    }

    private string NextName(string guest)
    {
        string name;
        do name = string.Create(CultureInfo.InvariantCulture, $"{guest}-{++_unnamed}");
        while (!Context.Child(name).IsNobody());
        return name;
    }

    private static void Start(SupervisedSandbox sandbox, Snapshot golden)
    {
        sandbox.LastGood = golden;
        ReplyToCreator(sandbox, new SupervisorProtocol.Created(sandbox.Sandbox));
    }

    private void Decide(SupervisedSandbox sandbox, SupervisorProtocol.Poisoned poisoned)
    {
        sandbox.Ledger ??= new HealingLedger(sandbox.Healing, _random);
        HealingDecision decision = sandbox.Ledger.Decide(Context.System.Scheduler.MonotonicClock, poisoned.IsRecoverable, poisoned.InARow);
        if (decision.Delay <= TimeSpan.Zero) Heal(sandbox, decision, poisoned.Episode);
        else Timers.StartSingleTimer(sandbox.Lifeline, new SupervisorProtocol.BackoffOver(Sender, decision, poisoned.Episode), decision.Delay);
    }

    private static void Heal(SupervisedSandbox sandbox, HealingDecision decision, long episode)
    {
        switch (decision.Remedy)
        {
            case HealingPolicy.Restore when sandbox.LastGood is { } snapshot:
                sandbox.Sandbox.ActorRef.Tell(new SandboxProtocol.HealByRestore(episode, decision.Attempt, snapshot));
                break;
            case HealingPolicy.Restore or HealingPolicy.Rebuild:
                sandbox.Sandbox.ActorRef.Tell(new SandboxProtocol.HealByRebuild(episode, decision.Attempt));
                break;
            default:
                Stop(sandbox, decision.StopReason);
                break;
        }
    }

    private static void Stop(SupervisedSandbox sandbox, SandboxStopReason reason)
    {
        sandbox.Lifeline.Close(reason);
        Context.Stop(sandbox.Sandbox.ActorRef);
    }

    private void Forget(SupervisedSandbox sandbox)
    {
        Timers.Cancel(sandbox.Lifeline);
        _sandboxes.Remove(sandbox.Sandbox.ActorRef);
        _live.Remove(sandbox.Lifeline);

        // If its actor died too early to say so itself.
        sandbox.Lifeline.MarkStopped();
        ReplyToCreator(sandbox, new SandboxProtocol.Failed(sandbox.Lifeline.StoppedException()));
        foreach ((SupervisorProtocol.Create request, IActorRef sender) in sandbox.Successors ?? []) Self.Tell(request, sender);
    }

    private static void ReplyToCreator(SupervisedSandbox sandbox, object reply)
    {
        sandbox.Creator.Tell(reply);
        sandbox.Creator = ActorRefs.Nobody;
    }

    private void WithSandbox(IActorRef actor, Action<SupervisedSandbox> act)
    {
        if (_sandboxes.TryGetValue(actor, out SupervisedSandbox? sandbox)) act(sandbox);
    }

    private sealed class SentinelProducer(LiveSandboxes sandboxes) : IIndirectActorProducer
    {
        public Type ActorType => typeof(SandboxSentinel);

        public ActorBase Produce() => new SandboxSentinel(sandboxes);

        public void Release(ActorBase actor)
        {
        }
    }
}
