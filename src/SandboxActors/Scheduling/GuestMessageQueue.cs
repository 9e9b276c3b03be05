using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using SandboxActors.Core;
using SandboxActors.Core.Telemetry;

namespace SandboxActors;

/// <summary>
/// A sandbox's messages in three lanes: requests, which wait here until the actor takes requests; the next step of the call that runs; and all
/// others, which are answered or obeyed at once. It knows from them at which level the actor is to run next.
/// </summary>
/// <remarks>
/// The lanes, and all that is private here, belong to whoever holds <see cref="_gate"/>: senders from any thread, and the actor, which takes messages
/// and says what it does from inside its own run; level and slice are the actor's alone, and read by the guest threads only while it does not run.
/// The lock of <see cref="GuestThreads"/> is taken before <see cref="_gate"/>, never after. A message is in its lane before the guest threads are
/// told that the level may have changed, and they read the level under their lock: a message that comes while the entry is being queued is seen by
/// the one or by the other.
/// </remarks>
internal sealed class GuestMessageQueue : RunEntry, IMessageQueue
{
    /// <summary>Messages in a row that pass a step that waits: whoever sends status requests all the time must not keep the guest from
    /// running.</summary>
    public const int MostInARow = 16;

    private readonly Lock _gate = new();
    private readonly RequestLane _requests = new();

    // Most sandboxes of very many wait for their next call and for nothing else: these are made when they are needed.
    private Queue<Envelope>? _steps; // one, and what is left over of calls that have ended
    private Queue<Envelope>? _others;
    private GuestThreads? _threads;
    private string _name = string.Empty;
    private int _maximumWaiting = int.MaxValue;
    private bool _takesRequests = true;
    private bool _isStepUrgent;
    private bool _hasGiven; // this turn's message
    private int _inARow;
    private int _level = RunQueue.FirstLevel;
    private long _left; // of the slice, when the step before this one ended
    private long _sliceEnd;

    /// <inheritdoc />
    public bool HasMessages
    {
        get
        {
            lock (_gate) return OtherCount > 0 || StepCount > 0 || (_takesRequests && !_requests.IsEmpty);
        }
    }

    /// <inheritdoc />
    public int Count
    {
        get
        {
            lock (_gate) return _requests.Waiting + StepCount + OtherCount;
        }
    }

    /// <summary>Requests that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _requests.Waiting;
        }
    }

    /// <summary>For the actor: the ticket of the request that it took last, if that is a bounded call.</summary>
    public CallTicket? Ticket { get; private set; }

    /// <inheritdoc />
    /// <remarks>A step runs at the level of its call, a new request at the first, everything else at the one for attention.</remarks>
    public override int NextLevel
    {
        get
        {
            lock (_gate)
            {
                if (StepCount == 0) return OtherCount > 0 ? RunQueue.AttentionLevel : RunQueue.FirstLevel;
                return _isStepUrgent || (OtherCount > 0 && _inARow < MostInARow) ? RunQueue.AttentionLevel : _level;
            }
        }
    }

    private int StepCount => _steps?.Count ?? 0;

    private int OtherCount => _others?.Count ?? 0;

    /// <summary>The queue of the actor that runs in a context.</summary>
    public static GuestMessageQueue Of(IActorContext context) => context is ActorCell { Mailbox.MessageQueue: GuestMessageQueue queue }
        ? queue
        : throw new InvalidOperationException($"A sandbox's actor has the mailbox '{SandboxSettings.GuestMailbox}', and no other.");

    /// <summary>For the actor, before it takes a message: whose queue it is.</summary>
    public void Configure(string name, SandboxPriority priority, int maximumWaiting)
    {
        Weight = (int)priority;
        lock (_gate)
        {
            _name = name;
            _maximumWaiting = maximumWaiting;
        }
    }

    /// <summary>For the dispatcher, which gives the mailbox and the threads that run it; the same ones each time.</summary>
    public GuestMessageQueue RunBy(GuestThreads threads, Mailbox mailbox)
    {
        Runnable = mailbox;
        Volatile.Write(ref _threads, threads);
        return this;
    }

    /// <inheritdoc />
    public override void BeginTurn()
    {
        lock (_gate) _hasGiven = false;
    }

    /// <summary>For the actor: whether it takes requests now.</summary>
    public void TakeRequests(bool takes)
    {
        lock (_gate) _takesRequests = takes;
    }

    /// <summary>For the actor, before a call starts: it begins at the first level, and what hurried the one before is not for it.</summary>
    public void BeginCall()
    {
        _level = RunQueue.FirstLevel;
        _left = 0;
        lock (_gate) _isStepUrgent = false;
    }

    /// <summary>For the actor, between two steps: the call that goes on is not the one that the level is for, and begins at the first.</summary>
    public void Rise()
    {
        _level = RunQueue.FirstLevel;
        _left = 0;
    }

    /// <summary>For the actor, before it runs the guest: its slice begins, or what is left of it.</summary>
    public void BeginSlice(IPreemptible target) => _sliceEnd = _threads!.BeginSlice(Slot!, target, _left);

    /// <summary>For the actor, when the guest has stopped.</summary>
    public void EndSlice() => Slot!.Disarm();

    /// <summary>
    /// For the actor, when the guest has stopped in the middle of its call: what it has not used of its slice is left for its next step, so that
    /// stopping a little early is no way to stay up. If nothing is left, it goes on one level below.
    /// </summary>
    /// <returns>Whether nothing is left.</returns>
    public bool TrySink()
    {
        _left = _threads!.LeftUntil(_sliceEnd);
        if (_left > 0) return false;
        if (_level < _threads.LowestLevel) _level++;
        return true;
    }

    /// <summary>From any thread: the call that runs has been asked to end, so its next step, which finds that out, waits behind nobody.</summary>
    public void HurryStep()
    {
        lock (_gate) _isStepUrgent = true;
        Volatile.Read(ref _threads)?.Reconsider(this);
    }

    /// <inheritdoc />
    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        switch (envelope.Message)
        {
            case SandboxProtocol.Step:
                lock (_gate) (_steps ??= new Queue<Envelope>()).Enqueue(envelope);
                break;
            case PoisonPill:
                lock (_gate) _requests.Enqueue(envelope, ticket: null); // it waits its turn, however many are before it
                break;
            case SandboxProtocol.Call { IsBounded: true } call:
                EnqueueBounded(envelope, new CallTicket(this, call, envelope.Sender));
                break;
            case SandboxProtocol.IRequest:
                if (!TryEnqueue(envelope, ticket: null)) Refuse(envelope);
                break;
            case SandboxProtocol.GetStatus:
                if (TryEnqueueStatus(envelope)) Volatile.Read(ref _threads)?.Reconsider(this);
                else Refuse(envelope);
                break;
            default:
                lock (_gate) (_others ??= new Queue<Envelope>()).Enqueue(envelope);
                Volatile.Read(ref _threads)?.Reconsider(this);
                break;
        }
    }

    /// <inheritdoc />
    /// <remarks>One message a turn, whatever the mailbox thinks of throughput: the level at which the turn was queued is that of its first message
    /// alone.</remarks>
    public bool TryDequeue(out Envelope envelope)
    {
        lock (_gate)
        {
            if (_hasGiven)
            {
                envelope = default;
                return false;
            }

            return _hasGiven = TryTake(out envelope);
        }
    }

    /// <summary>For the actor: the calls that wait before all other requests and may go to the guest together. They stay where they are.</summary>
    /// <param name="calls">Gets them, in order, as many as it has places.</param>
    /// <returns>How many there are.</returns>
    public int CopyCalls(Span<GuestInvocation> calls)
    {
        lock (_gate) return _requests.CopyCalls(calls);
    }

    /// <summary>For the actor: the guest has come to calls that were copied; takes them, and says who sent them.</summary>
    public void TakeCallers(Span<IActorRef> callers)
    {
        lock (_gate)
        {
            foreach (ref IActorRef caller in callers)
            {
                if (!_requests.TryTake(out Envelope call, out _)) throw new InvalidOperationException("A call of a batch does not wait.");
                caller = call.Sender;
            }
        }
    }

    /// <summary>For the actor that stops: takes every request that waits.</summary>
    public IReadOnlyList<Envelope> TakeAllRequests()
    {
        lock (_gate)
        {
            var all = new List<Envelope>();
            while (_requests.TryTake(out Envelope envelope, out _)) all.Add(envelope);
            return all;
        }
    }

    /// <summary>For a ticket: its call does not wait any more.</summary>
    public void HasGivenUp()
    {
        lock (_gate) _requests.HasGivenUp();
    }

    /// <summary>For the actor: gives up every call that waits and ends with a caller that has gone.</summary>
    public void GiveUpCallsOf(IActorRef caller)
    {
        lock (_gate) _requests.GiveUpCallsOf(caller);
    }

    /// <inheritdoc />
    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        ArgumentNullException.ThrowIfNull(deadletters);
        BeginTurn();
        TakeRequests(true);
        while (TryDequeue(out Envelope envelope))
        {
            deadletters.Enqueue(owner, envelope);
            BeginTurn();
        }
    }

    private bool TryTake(out Envelope envelope)
    {
        if (StepCount > 0 && (OtherCount == 0 || _isStepUrgent || _inARow >= MostInARow))
        {
            _inARow = 0;
            _isStepUrgent = false;
            return _steps!.TryDequeue(out envelope);
        }

        _inARow = StepCount > 0 ? _inARow + 1 : 0;
        return (_others is not null && _others.TryDequeue(out envelope)) || TryTakeRequest(out envelope);
    }

    private bool TryTakeRequest(out Envelope envelope)
    {
        envelope = default;
        if (!_takesRequests || !_requests.TryTake(out envelope, out CallTicket? ticket)) return false;
        Ticket = ticket;
        return true;
    }

    // Armed before it is queued, outside the lock: a token that is cancelled already gives the call up right here.
    private void EnqueueBounded(Envelope envelope, CallTicket ticket)
    {
        ticket.Arm();
        if (TryEnqueue(envelope, ticket))
        {
            if (ticket.EndsWithCaller) Volatile.Read(ref _threads)?.Reconsider(this);
        }
        else if (ticket.TryTake())
        {
            Refuse(envelope);
        }
    }

    private bool TryEnqueue(Envelope envelope, CallTicket? ticket)
    {
        lock (_gate)
        {
            if (_requests.Waiting >= _maximumWaiting) return false;
            // Before the call: whoever goes is watched from before its call can start.
            if (ticket is { EndsWithCaller: true }) (_others ??= new Queue<Envelope>()).Enqueue(new Envelope(new SandboxProtocol.WatchCaller(ticket.Caller), ActorRefs.NoSender));
            _requests.Enqueue(envelope, ticket);
            return true;
        }
    }

    private bool TryEnqueueStatus(Envelope envelope)
    {
        lock (_gate)
        {
            if (OtherCount >= _maximumWaiting) return false;
            (_others ??= new Queue<Envelope>()).Enqueue(envelope);
            return true;
        }
    }

    private void Refuse(Envelope envelope)
    {
        SandboxMeter.QueueRefusals.Add(1);
        envelope.Sender.Tell(new SandboxProtocol.Failed(new SandboxOverloadedException(_name, Waiting)), ActorRefs.NoSender);
    }
}
