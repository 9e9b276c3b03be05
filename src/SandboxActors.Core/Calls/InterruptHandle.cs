using SandboxActors.Core.Calls;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// Ends the call in flight of one sandbox, from any thread, any number of times, also after the sandbox is gone. It goes past every queue.
/// </summary>
/// <remarks>
/// One word says everything: no call, or the number of the call in flight and why it has been asked to end, if it has. The caller of the sandbox
/// writes a call's number at its start and zero at its end; who wants it to end only ever adds a reason, by compare-and-swap, to a word that has a
/// call and no reason. So a kill either lands inside a call or finds none, one that is meant for a particular call (its deadline) cannot reach the
/// next, and the first reason wins. The request is visible before the machine is interrupted, and the caller looks for it after every return of the
/// machine and before every entry; a machine's interrupt that arrives late is found without a request and means nothing.
/// Killers and the end of a killed call meet under the lock: a killer adds its waiter in the same critical section in which it set the reason or saw
/// it, and the end of the call, having seen the reason in the word that it took back, enters that section to collect the waiters. An unkilled call
/// takes no lock, unless it lent a host function a token.
/// The machine may change from call to call, but never during one: it is set before a call begins. Who read it, set a reason, and comes late finds it gone,
/// or running another sandbox's guest, which goes on: there is no reason for that one to end.
/// </remarks>
public sealed class InterruptHandle
{
    private const long NoCall = 0;
    private const int ReasonBits = 3;
    private const long ReasonMask = (1 << ReasonBits) - 1;

    private readonly Lock _gate = new();
    private volatile IVirtualMachine? _machine;
    private int _preemptRequested;
    private KillRequest? _request;
    private TaskCompletionSource? _wake;
    private CancellationTokenSource? _token;
    private long _state;

    // The caller's alone.
    private long _lastCall;

    private readonly TimeProvider? _time;

    /// <param name="time">The clock that the latency of kills is measured by; null if nothing about them is measured.</param>
    internal InterruptHandle(TimeProvider? time) => _time = time;

    /// <summary>
    /// Told, on the thread of whoever asks for the end of a call, that it was asked for, before the machine is interrupted. Set before the first call.
    /// </summary>
    internal IInterruptListener? Listener { get; set; }

    /// <summary>Why the call in flight has been asked to end, if it has.</summary>
    internal CallEnd Requested => (CallEnd)(Volatile.Read(ref _state) & ReasonMask);

    /// <summary>
    /// Ends the call in flight. A call that has not started is not affected; while a host function runs, the guest is ended before it runs again; a
    /// call
    /// that completes first wins.
    /// </summary>
    /// <returns>What became of it: complete at once if nothing is running, else when the call has ended.</returns>
    /// <exception cref="MachineException">The system refused to signal the guest's thread. The request stands and takes effect when the guest next
    /// stops; to stop it now, try again.</exception>
    public Task<KillOutcome> Kill() => Kill(NoCall, CallEnd.Killed);

    /// <summary>Ends the call in flight, for a reason: <see cref="Kill()"/>.</summary>
    internal Task<KillOutcome> Kill(CallEnd reason) => Kill(NoCall, reason);

    /// <summary>Ends a call, if it is the one in flight: <see cref="Kill()"/>.</summary>
    /// <param name="call">Its number; zero for whichever is in flight.</param>
    /// <param name="reason">Why. The first reason that a call is given stays.</param>
    internal Task<KillOutcome> Kill(long call, CallEnd reason)
    {
        Task<KillOutcome> outcome;
        TaskCompletionSource? wake;
        CancellationTokenSource? token;
        lock (_gate)
        {
            long seen = Volatile.Read(ref _state);
            while (true)
            {
                if (seen == NoCall || (call != NoCall && seen >> ReasonBits != call)) return Task.FromResult(KillOutcome.NothingRunning);
                if ((seen & ReasonMask) != 0) break;
                long found = Interlocked.CompareExchange(ref _state, seen | (long)reason, seen);
                if (found == seen) break;
                seen = found;
            }

            outcome = (_request ??= new KillRequest(reason, _time)).Join();
            wake = _wake;
            token = _token;
        }

        // What hangs on the token runs elsewhere, and cannot hold up the kill.
        _ = token?.CancelAsync();
        Listener?.InterruptRequested();
        BreakOff();
        wake?.TrySetResult();
        return outcome;
    }

    /// <summary>The machine that calls run on from now on; null for none. Between calls.</summary>
    /// <remarks>
    /// Machine, then preemption here; preemption, then machine in <see cref="Preempt"/>; a fence between them in both: one of the two sees what the other wrote.
    /// </remarks>
    /// <exception cref="MachineException">The system refused an interruption that was asked for meanwhile.</exception>
    internal void Attach(IVirtualMachine? machine)
    {
        _machine = machine;
        Interlocked.MemoryBarrier();
        if (_preemptRequested != 0) BreakOff();
    }

    /// <summary>Has the machine's run end, if there is one. It goes on if there is no reason to end.</summary>
    /// <exception cref="MachineException">The system refused to signal the guest's thread; try again.</exception>
    internal void BreakOff() => _machine?.Interrupt();

    /// <summary>Has the step in progress, or if there is none the next one, end as preempted. From any thread.</summary>
    /// <exception cref="MachineException">The system refused to signal the guest's thread; try again.</exception>
    internal void Preempt()
    {
        Interlocked.Exchange(ref _preemptRequested, 1);
        BreakOff();
    }

    /// <summary>For the run that was broken off: whether it is to end as preempted.</summary>
    internal bool TakePreemption() => Interlocked.Exchange(ref _preemptRequested, 0) != 0 && Requested == CallEnd.None;

    /// <summary>A call starts: from now on a kill is for it.</summary>
    /// <returns>Its number.</returns>
    internal long Begin()
    {
        Volatile.Write(ref _state, ++_lastCall << ReasonBits);
        return _lastCall;
    }

    /// <summary>The call has ended: from now on a kill finds nothing.</summary>
    /// <returns>That it was asked to end, if it was; who did is told when the sandbox can be used again.</returns>
    internal KillRequest? End()
    {
        long last = Interlocked.Exchange(ref _state, NoCall);
        if (_token is not null) TakeBackToken();
        if ((last & ReasonMask) == 0) return null;

        lock (_gate)
        {
            KillRequest? request = _request;
            _request = null;
            _wake = null;
            return request;
        }
    }

    /// <summary>A token for a host function that is about to run: cancelled when its call is asked to end, or its sandbox goes.</summary>
    internal CancellationToken LendToken()
    {
        var token = new CancellationTokenSource();
        lock (_gate) _token = token;
        // A reason that was set before the token was there for its setter to see is seen here; one that is set later sees the token.
        if (Requested != CallEnd.None) token.Cancel();
        return token.Token;
    }

    /// <summary>The host function has completed: its token is not cancelled any more.</summary>
    internal void TakeBackToken()
    {
        lock (_gate) _token = null;
    }

    /// <summary>Cancels the token of the host function that runs, if one has one: its sandbox goes.</summary>
    internal void CancelToken()
    {
        CancellationTokenSource? token;
        lock (_gate) token = _token;
        _ = token?.CancelAsync();
    }

    /// <summary>
    /// The call, between two steps, never goes on: its sandbox goes. Its killers are told so, and whoever waits for its host function waits no
    /// longer.
    /// </summary>
    internal void Abandon()
    {
        TaskCompletionSource? wake;
        lock (_gate) wake = _wake;
        CancelToken();
        End()?.Tell(killed: true);
        wake?.TrySetResult();
    }

    /// <summary>Has a kill of the call in flight complete <paramref name="wake"/> too: for a call that waits for a host function's task.</summary>
    internal void WakeOnKill(TaskCompletionSource wake)
    {
        lock (_gate)
        {
            _wake = wake;
            if (Requested == CallEnd.None) return;
        }

        wake.TrySetResult();
    }
}
