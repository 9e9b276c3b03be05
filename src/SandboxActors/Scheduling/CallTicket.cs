using System.Globalization;
using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>
/// A bounded call that waits for its turn. It either starts or is given up, because its time is up, its token is cancelled or its caller has gone:
/// whichever comes first, and only that. A call that is given up has not run, and leaves its sandbox as it is.
/// </summary>
/// <remarks>
/// One word decides, by compare-and-swap: the actor's mailbox takes the call by it, and timer, token and death watch give it up by it. The sender arms
/// the ticket before it queues the call, so the mailbox sees an armed one; a timer or a token may be faster than that, and the mailbox then finds
/// what it is to pass over.
/// </remarks>
internal sealed class CallTicket
{
    private const int Waits = 0;
    private const int Started = 1;
    private const int GivenUp = 2;

    private readonly GuestMessageQueue _queue;
    private readonly SandboxProtocol.Call _call;
    private readonly long _since = TimeProvider.System.GetTimestamp();
    private ITimer? _timer;
    private CancellationTokenRegistration _registration;
    private int _state;

    /// <param name="queue">Where the call waits; told when it does no longer.</param>
    /// <param name="call">The call.</param>
    /// <param name="caller">Who called, and is told what became of it.</param>
    public CallTicket(GuestMessageQueue queue, SandboxProtocol.Call call, IActorRef caller)
    {
        _queue = queue;
        _call = call;
        Caller = caller;
    }

    /// <summary>Who called.</summary>
    public IActorRef Caller { get; }

    /// <summary>Whether the call ends with its caller.</summary>
    public bool EndsWithCaller => _call.EndsWithCaller;

    /// <summary>Whether it has been given up.</summary>
    public bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

    /// <summary>Whether its time was up when it came to its turn: then it does not start.</summary>
    public bool IsOverdue => _call.Options is { IsValid: true, Timeout: { } timeout } && Waited >= timeout;

    /// <summary>The call's options, less the time that it has waited.</summary>
    public CallOptions Options => _call.Options with { Waited = Waited };

    private TimeSpan Waited => TimeProvider.System.GetElapsedTime(_since);

    /// <summary>For the sender, before the call is queued: from now on it may be given up. What makes no sense is left for the sandbox to
    /// refuse.</summary>
    public void Arm()
    {
        if (!_call.Options.IsValid) return;
        if (_call.Options.Timeout is { } timeout)
            _timer = TimeProvider.System.CreateTimer(static ticket => ((CallTicket)ticket!).TimeIsUp(), this, timeout, Timeout.InfiniteTimeSpan);
        if (_call.Options.Cancellation.CanBeCanceled)
            _registration = _call.Options.Cancellation.UnsafeRegister(static ticket => ((CallTicket)ticket!).Cancelled(), this);
    }

    /// <summary>For whoever takes the call out of the queue.</summary>
    /// <returns>False if it has been given up, and its caller told.</returns>
    public bool TryTake()
    {
        if (Interlocked.CompareExchange(ref _state, Started, Waits) != Waits) return false;
        Disarm();
        return true;
    }

    /// <summary>Its caller has gone, so nobody is told.</summary>
    /// <returns>False if it has been taken or given up before.</returns>
    public bool TryGiveUp()
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Waits) != Waits) return false;
        Disarm();
        return true;
    }

    /// <summary>What the caller gets whose call has waited until its time was up.</summary>
    public TimeoutException TimeoutException() => new(string.Create(
        CultureInfo.InvariantCulture, $"The call of '{_call.Function}' has waited for its turn until its timeout of {_call.Options.Timeout} was over; it has not run."));

    private void TimeIsUp() => GiveUp(TimeoutException());

    private void Cancelled() => GiveUp(new OperationCanceledException(
        $"The call of '{_call.Function}' was cancelled while it waited for its turn; it has not run.", _call.Options.Cancellation));

    private void GiveUp(Exception cause)
    {
        if (!TryGiveUp()) return;
        _queue.HasGivenUp();
        Caller.Tell(new SandboxProtocol.Failed(cause), ActorRefs.NoSender);
    }

    // Does not wait for a callback in progress: it finds that all is decided.
    private void Disarm()
    {
        _timer?.Dispose();
        _registration.Unregister();
    }
}
