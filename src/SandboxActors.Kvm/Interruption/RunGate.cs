using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// Who runs the guest, and who wants it to stop. One word says it all, so that every step is one atomic change of it.
/// </summary>
/// <remarks>
/// <para>
/// An interrupter sets Requested, and if it finds Running set, sets Kicking in the same step, sends the signal to the thread that the word names, and
/// clears Kicking. A runner sets Running with its thread's number, unless it finds Requested; on leaving it clears Running, and if it finds Requested
/// it waits until Kicking is clear and takes the signal away.
/// </para>
/// <para>
/// So (1) a signal is only ever sent to a thread that is between entering and leaving this very machine: never to one that has ended or runs another.
/// (2) It is taken away before the thread leaves, so no other machine on that thread ever sees it. (3) Requested is cleared only by a run that then
/// reports the interruption; it was set either before the run, which then does not begin, or during it, and then the signal is sent: pending and
/// blocked it waits for KVM_RUN, which unblocks it and returns at once. So no request is lost, whatever the timing, and one signal is enough. (4)
/// Requests while Requested is set need no signal of their own: the one sent ends the run they mean too. While Kicking is set nobody knows whether it
/// will be
/// sent, so they wait until that is known; if it was not, they send their own.
/// </para>
/// </remarks>
internal sealed class RunGate
{
    private const ulong Running = 1;
    private const ulong Kicking = 2;
    private const ulong Requested = 4;
    private const ulong Closed = 8;
    private const int ThreadShift = 32;
    private const ulong Thread = 0xFFFF_FFFFUL << ThreadShift;

    private ulong _state;

    /// <summary>Whether the machine has been disposed.</summary>
    public bool IsClosed => (Volatile.Read(ref _state) & Closed) != 0;

    /// <summary>Begins a run on the calling thread.</summary>
    /// <param name="threadId">The thread's number, as the kernel counts.</param>
    /// <returns>False if an interruption was requested: it is taken, and the run must not begin.</returns>
    /// <exception cref="ObjectDisposedException">The machine has been disposed.</exception>
    /// <exception cref="InvalidOperationException">It runs already, on another thread.</exception>
    public bool TryEnter(int threadId)
    {
        while (true)
        {
            ulong seen = Volatile.Read(ref _state);
            ObjectDisposedException.ThrowIf((seen & Closed) != 0, typeof(IVirtualMachine));
            if ((seen & Running) != 0) throw new InvalidOperationException("The machine runs already, on another thread.");
            bool requested = (seen & Requested) != 0;
            ulong next = requested ? seen & ~Requested : seen | Running | ((ulong)(uint)threadId << ThreadShift);
            if (Interlocked.CompareExchange(ref _state, next, seen) == seen) return !requested;
        }
    }

    /// <summary>Ends a run on the calling thread. No signal is sent to it any more when this returns.</summary>
    /// <returns>Whether one was sent: it is pending, or has ended the run.</returns>
    public bool Leave()
    {
        ulong before = Interlocked.And(ref _state, ~(Running | Thread));
        if ((before & Requested) == 0) return false;
        // The interrupter is between two system calls of its own; it waits for nobody.
        var spin = default(SpinWait);
        while ((Volatile.Read(ref _state) & Kicking) != 0) spin.SpinOnce();
        return true;
    }

    /// <summary>Takes a request, if there is one, for a run that has ended.</summary>
    public bool TryTakeRequest() => (Interlocked.And(ref _state, ~Requested) & Requested) != 0;

    /// <summary>Asks the run in progress, or else the next one, to end. From any thread.</summary>
    /// <exception cref="MachineException">The signal could not be sent; there is no request, and the caller may try again.</exception>
    public void Request()
    {
        var spin = default(SpinWait);
        while (true)
        {
            ulong seen = Volatile.Read(ref _state);
            if ((seen & Closed) != 0) return;
            if ((seen & Kicking) != 0)
            {
                spin.SpinOnce();
                continue;
            }

            if ((seen & Requested) != 0) return;
            ulong next = seen | Requested | ((seen & Running) != 0 ? Kicking : 0);
            if (Interlocked.CompareExchange(ref _state, next, seen) != seen) continue;
            if ((next & Kicking) == 0) return;
            bool sent = false;
            try
            {
                InterruptSignal.Send((int)(seen >> ThreadShift));
                sent = true;
            }
            finally
            {
                // A request that nothing will deliver must not stand, or the caller's next attempt would rely on it.
                Interlocked.And(ref _state, sent ? ~Kicking : ~(Kicking | Requested));
            }

            return;
        }
    }

    /// <summary>Refuses runs and ignores requests from now on.</summary>
    /// <returns>Whether this call closed it.</returns>
    public bool Close() => (Interlocked.Or(ref _state, Closed) & Closed) == 0;
}
