using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// Ends the call in flight of one sandbox, from any thread, any number of times, also after the sandbox is gone. It goes past every queue.
/// </summary>
/// <remarks>
/// One word says everything: idle, or a call active and perhaps asked to end. The caller of the sandbox moves it from idle to active and back; a
/// killer only ever
/// adds the request, by compare-and-swap, to a word that says active. So a kill either lands inside a call or finds none: it cannot reach the next
/// one. The request is visible before the machine is
/// interrupted, and the caller looks for it after every return of the machine and before every entry; a machine's interrupt that arrives late is
/// found without a request and means nothing.
/// Killers and the end of a killed call meet under the lock: a killer adds its waiter in the same critical section in which it set the request, and
/// the end
/// of the call, having seen the request in the word that it took back, enters that section to collect the waiters. An unkilled call takes no lock.
/// </remarks>
public sealed class InterruptHandle
{
    private const int Idle = 0;
    private const int Active = 1;
    private const int KillRequested = 2;

    private readonly Lock _gate = new();
    private readonly IVirtualMachine _machine;
    private List<TaskCompletionSource<KillOutcome>>? _waiters;
    private TaskCompletionSource? _wake;
    private int _state;

    internal InterruptHandle(IVirtualMachine machine) => _machine = machine;

    /// <summary>Whether the call in flight has been asked to end.</summary>
    internal bool IsKillRequested => (Volatile.Read(ref _state) & KillRequested) != 0;

    /// <summary>
    /// Ends the call in flight. A call that has not started is not affected; while a host function runs, the guest is ended before it runs again; a
    /// call
    /// that completes first wins.
    /// </summary>
    /// <returns>What became of it: complete at once if nothing is running, else when the call has ended.</returns>
    /// <exception cref="MachineException">The system refused to signal the guest's thread. The request stands and takes effect when the guest next
    /// stops; to stop it now, try again.</exception>
    public Task<KillOutcome> Kill()
    {
        TaskCompletionSource<KillOutcome> waiter;
        TaskCompletionSource? wake;
        lock (_gate)
        {
            int seen = Volatile.Read(ref _state);
            while (true)
            {
                if ((seen & Active) == 0) return Task.FromResult(KillOutcome.NothingRunning);
                int found = Interlocked.CompareExchange(ref _state, seen | KillRequested, seen);
                if (found == seen) break;
                seen = found;
            }

            waiter = new TaskCompletionSource<KillOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            (_waiters ??= []).Add(waiter);
            wake = _wake;
        }

        _machine.Interrupt();
        wake?.TrySetResult();
        return waiter.Task;
    }

    /// <summary>A call starts: from now on a kill is for it.</summary>
    internal void Begin() => Volatile.Write(ref _state, Active);

    /// <summary>The call has ended: from now on a kill finds nothing.</summary>
    /// <returns>Those that asked for its end. They are told by <see cref="Tell"/>, when the sandbox can be used again.</returns>
    internal List<TaskCompletionSource<KillOutcome>>? End()
    {
        int last = Interlocked.Exchange(ref _state, Idle);
        if ((last & KillRequested) == 0) return null;

        lock (_gate)
        {
            List<TaskCompletionSource<KillOutcome>>? waiters = _waiters;
            _waiters = null;
            _wake = null;
            return waiters;
        }
    }

    /// <summary>
    /// The call, between two steps, never goes on: its sandbox goes. Its killers are told so, and whoever waits for its host function waits no
    /// longer.
    /// </summary>
    internal void Abandon()
    {
        TaskCompletionSource? wake;
        lock (_gate) wake = _wake;
        Tell(End(), killed: true);
        wake?.TrySetResult();
    }

    /// <summary>Tells killers what became of their kill. Their continuations run elsewhere.</summary>
    internal static void Tell(List<TaskCompletionSource<KillOutcome>>? waiters, bool killed)
    {
        foreach (TaskCompletionSource<KillOutcome> waiter in waiters ?? []) waiter.TrySetResult(killed ? KillOutcome.Killed : KillOutcome.CompletedFirst);
    }

    /// <summary>Has a kill of the call in flight complete <paramref name="wake"/> too: for a call that waits for a host function's task.</summary>
    internal void WakeOnKill(TaskCompletionSource wake)
    {
        lock (_gate)
        {
            _wake = wake;
            if (!IsKillRequested) return;
        }

        wake.TrySetResult();
    }
}
