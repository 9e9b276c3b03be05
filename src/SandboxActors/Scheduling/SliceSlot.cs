namespace SandboxActors;

/// <summary>
/// Where a guest thread says which guest it runs and when its slice ends, and the watchdog looks. One for each guest thread. Arming costs the thread
/// two writes and one interlocked operation, disarming two writes.
/// </summary>
/// <remarks>
/// The guest thread alone writes target, deadline and ticket; the ticket is odd while the slot is armed and never the same twice. It writes target
/// and deadline before it makes the ticket odd, and makes it even before it touches them again. The watchdog reads the ticket, target and deadline,
/// and the ticket again: if it found the same odd number twice, what it read in between belongs together, so it never preempts one guest for the
/// slice of another. Between that look and the preemption the step may end: then the preemption comes late, and the next step of the same sandbox
/// ends early. The watchdog alone writes which ticket it has told that the slice has ended, before it preempts, so that it tells nobody twice.
/// Whoever wants the thread writes the ticket of the slice that it found: in the next slice that means nothing.
/// </remarks>
internal sealed class SliceSlot
{
    private IPreemptible? _target;
    private long _deadline;
    private long _earliest;
    private long _ticket;
    private long _expired;
    private long _wanted; // anybody's
    private long _seen; // the watchdog's own

    /// <summary>Whether a guest runs.</summary>
    public bool IsArmed => (Volatile.Read(ref _ticket) & 1) != 0;

    /// <summary>For the guest thread: a guest is about to run. A full fence: whoever looks whether the watchdog sleeps does so after this.</summary>
    /// <param name="target">Whom the end of the slice is told.</param>
    /// <param name="deadline">When that is, as a time stamp.</param>
    /// <param name="earliest">When it is if somebody else wants the thread.</param>
    public void Arm(IPreemptible target, long deadline, long earliest)
    {
        Volatile.Write(ref _target, target);
        Volatile.Write(ref _deadline, deadline);
        Volatile.Write(ref _earliest, earliest);
        Interlocked.Increment(ref _ticket);
    }

    /// <summary>For the guest thread: the guest has stopped.</summary>
    /// <returns>Whether the watchdog had told it so.</returns>
    public bool Disarm()
    {
        long armed = _ticket;
        Volatile.Write(ref _ticket, armed + 1);
        Volatile.Write(ref _target, null);
        return Volatile.Read(ref _expired) == armed;
    }

    /// <summary>From any thread: somebody whose turn it is waits for the thread, so the slice that is on shall be a short one.</summary>
    /// <returns>Whether that is news for the watchdog.</returns>
    public bool Want()
    {
        long ticket = Volatile.Read(ref _ticket);
        return (ticket & 1) != 0 && Interlocked.Exchange(ref _wanted, ticket) != ticket;
    }

    /// <summary>For the watchdog: preempts the guest if its slice has ended.</summary>
    /// <param name="now">The time stamp of now.</param>
    /// <param name="next">When to look again; made earlier if the slice ends before.</param>
    /// <returns>Whether a guest runs or has run since the last look.</returns>
    public bool Look(long now, ref long next)
    {
        long ticket = Volatile.Read(ref _ticket);
        bool hasRun = ticket != _seen;
        _seen = ticket;
        if ((ticket & 1) == 0) return hasRun;

        IPreemptible? target = Volatile.Read(ref _target);
        long deadline = Volatile.Read(ref _deadline);
        if (Volatile.Read(ref _wanted) == ticket) deadline = Math.Min(deadline, Volatile.Read(ref _earliest));
        if (Volatile.Read(ref _ticket) != ticket || _expired == ticket) return true; // a new slice, or one that has had its end
        if (deadline > now)
        {
            next = Math.Min(next, deadline);
            return true;
        }

        Volatile.Write(ref _expired, ticket);
        try
        {
            target!.Preempt();
        }
        catch
        {
            Volatile.Write(ref _expired, 0); // the system refused: again at the next look
            throw;
        }

        return true;
    }
}
