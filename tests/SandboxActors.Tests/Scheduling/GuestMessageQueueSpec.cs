using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors.Tests;

/// <summary>The lanes of a sandbox's mailbox: what passes what, what waits, and at which level the actor runs next.</summary>
public sealed class GuestMessageQueueSpec
{
    private readonly GuestMessageQueue _queue = new();

    public GuestMessageQueueSpec() => _queue.Configure("name", SandboxPriority.Normal, maximumWaiting: 100);

    [Fact]
    public void Requests_keep_their_order_and_wait_until_they_are_taken()
    {
        for (int i = 0; i < 10; i++) Send(Call(i));
        _queue.TakeRequests(false);
        Assert.False(_queue.HasMessages);
        Assert.False(_queue.TryDequeue(out _));
        Assert.Equal(10, _queue.Waiting);
        _queue.TakeRequests(true);
        for (int i = 0; i < 10; i++) Assert.Equal(Call(i).Function, Assert.IsType<SandboxProtocol.Call>(Next()).Function);
        Assert.False(_queue.HasMessages);
    }

    [Fact]
    public void Status_passes_requests_and_the_step_and_a_poison_pill_passes_nothing()
    {
        Send(Call(0), PoisonPill.Instance, new SandboxProtocol.Step(1), SandboxProtocol.GetStatus.Instance);
        Assert.IsType<SandboxProtocol.GetStatus>(Next());
        Assert.IsType<SandboxProtocol.Step>(Next());
        Assert.IsType<SandboxProtocol.Call>(Next());
        Assert.IsType<PoisonPill>(Next());
    }

    [Fact]
    public void A_turn_is_one_message_so_that_no_step_runs_at_the_level_of_the_status_before_it()
    {
        Send(new SandboxProtocol.Step(1), SandboxProtocol.GetStatus.Instance);
        Assert.IsType<SandboxProtocol.GetStatus>(Next());
        Assert.False(_queue.TryDequeue(out _));
        Assert.True(_queue.HasMessages);
        Assert.IsType<SandboxProtocol.Step>(Next());
    }

    [Fact]
    public void A_step_that_waits_is_not_passed_for_ever()
    {
        Send(new SandboxProtocol.Step(1));
        int passed = 0;
        while (true)
        {
            Send(SandboxProtocol.GetStatus.Instance);
            if (Next() is SandboxProtocol.Step) break;
            passed++;
        }

        Assert.Equal(GuestMessageQueue.MostInARow, passed);
    }

    [Fact]
    public void Only_a_step_runs_below_the_first_level()
    {
        GuestThreads threads = new(1, new SchedulingSettings { Levels = 3 }, static _ => { });
        _queue.RunBy(threads, new Akka.Dispatch.Mailbox(_queue));
        Assert.Equal(RunQueue.FirstLevel, _queue.NextLevel);
        for (int slice = 0; slice < 10; slice++)
        {
            _queue.BeginCall(); // no time is left of a slice that has not begun
            for (int used = 0; used <= slice; used++) Assert.True(_queue.TrySink());
        }

        Assert.Equal(RunQueue.FirstLevel, _queue.NextLevel);
        Send(new SandboxProtocol.Step(1));
        Assert.Equal(threads.LowestLevel, _queue.NextLevel);
        Send(Call(0));
        Assert.Equal(threads.LowestLevel, _queue.NextLevel);
        Send(SandboxProtocol.GetStatus.Instance);
        Assert.Equal(RunQueue.AttentionLevel, _queue.NextLevel);
        Next();
        Assert.Equal(threads.LowestLevel, _queue.NextLevel);
        _queue.HurryStep();
        Assert.Equal(RunQueue.AttentionLevel, _queue.NextLevel);
        Assert.IsType<SandboxProtocol.Step>(Next());
        _queue.BeginCall();
        Send(new SandboxProtocol.Step(2));
        Assert.Equal(RunQueue.FirstLevel, _queue.NextLevel);
    }

    [Fact]
    public void Beyond_the_bound_a_request_is_answered_at_once_and_those_that_wait_are_kept()
    {
        var sender = new Recorder();
        for (int i = 0; i < 103; i++) _queue.Enqueue(ActorRefs.Nobody, new Envelope(Call(i), sender));
        Assert.Equal(3, sender.Received.Count);
        var overloaded = Assert.IsType<SandboxOverloadedException>(Assert.IsType<SandboxProtocol.Failed>(sender.Received[0]).Cause);
        Assert.Equal(("name", 100), (overloaded.Name, overloaded.Waiting));
        Assert.Equal(100, _queue.Waiting);
        Next();
        _queue.Enqueue(ActorRefs.Nobody, new Envelope(Call(103), sender));
        Assert.Equal(3, sender.Received.Count);
    }

    [Fact]
    public void Status_requests_have_a_bound_of_their_own()
    {
        var sender = new Recorder();
        for (int i = 0; i < 100; i++) Send(Call(i));
        for (int i = 0; i < 101; i++) _queue.Enqueue(ActorRefs.Nobody, new Envelope(SandboxProtocol.GetStatus.Instance, sender));
        Assert.IsType<SandboxOverloadedException>(Assert.IsType<SandboxProtocol.Failed>(Assert.Single(sender.Received)).Cause);
    }

    [Fact]
    public void What_waits_when_the_actor_has_stopped_goes_to_the_dead_letters()
    {
        _queue.TakeRequests(false);
        Send(Call(0), new SandboxProtocol.Step(1), SandboxProtocol.GetStatus.Instance);
        var dead = new GuestMessageQueue();
        _queue.CleanUp(ActorRefs.Nobody, dead);
        Assert.Equal(3, dead.Count);
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void Calls_that_may_go_together_are_those_before_the_first_other_request_and_stay_until_the_guest_has_come_to_them()
    {
        var senders = new Recorder[3];
        for (int i = 0; i < 3; i++)
        {
            senders[i] = new Recorder();
            _queue.Enqueue(ActorRefs.Nobody, new Envelope(Call(i), senders[i]));
        }

        Send(SandboxProtocol.TakeSnapshot.Instance, Call(3));
        GuestInvocation[] calls = new GuestInvocation[10];
        Assert.Equal(3, _queue.CopyCalls(calls));
        Assert.Equal(["F0", "F1", "F2", null], calls[..4].Select(call => call.Function));
        Assert.Equal(2, _queue.CopyCalls(calls.AsSpan(0, 2)));
        Assert.Equal(5, _queue.Waiting);

        IActorRef[] callers = new IActorRef[2];
        _queue.TakeCallers(callers);
        Assert.Equal([senders[0], senders[1]], callers);
        Assert.Equal(3, _queue.Waiting);
        Assert.Equal("F2", Assert.IsType<SandboxProtocol.Call>(Next()).Function);
        Assert.Equal(0, _queue.CopyCalls(calls));
    }

    [Fact]
    public void A_bounded_call_goes_by_itself_and_one_that_was_given_up_is_passed_over()
    {
        using var cancelled = new CancellationTokenSource();
        CallOptions options = new() { Cancellation = cancelled.Token };
        Send(Call(0), Call(1) with { Options = options }, Call(2));
        GuestInvocation[] calls = new GuestInvocation[10];
        Assert.Equal(1, _queue.CopyCalls(calls));
        cancelled.Cancel();
        Assert.Equal(2, _queue.CopyCalls(calls));
        Assert.Equal("F2", calls[1].Function);
        _queue.TakeCallers(new IActorRef[2]);
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public void A_call_from_a_host_function_goes_by_itself()
    {
        Send(Call(0), Call(1) with { Origin = new HostCallScope(new SandboxLifeline("other"), origin: null) }, Call(2));
        Assert.Equal(1, _queue.CopyCalls(new GuestInvocation[10]));
    }

    [Fact]
    public void A_batch_whose_call_in_hand_has_changed_goes_on_at_the_first_level()
    {
        GuestThreads threads = new(1, new SchedulingSettings { Levels = 3 }, static _ => { });
        _queue.RunBy(threads, new Akka.Dispatch.Mailbox(_queue));
        _queue.BeginCall();
        Assert.True(_queue.TrySink());
        Send(new SandboxProtocol.Step(1));
        Assert.NotEqual(RunQueue.FirstLevel, _queue.NextLevel);
        _queue.HurryStep();
        _queue.Rise();
        Assert.Equal(RunQueue.AttentionLevel, _queue.NextLevel); // whoever hurried it still wants it
        Assert.IsType<SandboxProtocol.Step>(Next());
        Send(new SandboxProtocol.Step(1));
        Assert.Equal(RunQueue.FirstLevel, _queue.NextLevel);
    }

    private static SandboxProtocol.Call Call(int number) => new($"F{number}", GuestValueType.Void, []);

    private void Send(params object[] messages)
    {
        foreach (object message in messages) _queue.Enqueue(ActorRefs.Nobody, new Envelope(message, ActorRefs.Nobody));
    }

    private object Next()
    {
        _queue.BeginTurn();
        Assert.True(_queue.TryDequeue(out Envelope envelope));
        return envelope.Message;
    }

    /// <summary>A sender that keeps what it is told.</summary>
    private sealed class Recorder : MinimalActorRef
    {
        public List<object> Received { get; } = [];

        public override ActorPath Path => ActorRefs.Nobody.Path;

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender) => Received.Add(message);
    }
}
