using System.Diagnostics;

namespace SandboxActors;

/// <summary>
/// Ends the slices of all guests: one thread that looks at the slots of the guest threads, when the first slice ends or after a quantum, whatever
/// comes first, and sleeps when no guest has run for some quanta.
/// </summary>
/// <remarks>
/// A slice is at least a quantum long, so one that begins while the watchdog waits ends after its next look, which finds it: nobody needs to tell it,
/// unless it sleeps. Going to sleep, it says so, then looks once more whether a slot is armed; a guest thread arms its slot, then looks whether the
/// watchdog sleeps. With a full fence between write and read on both sides at least one sees the other.
/// </remarks>
internal sealed class Watchdog
{
    /// <summary>Quanta without a guest before it sleeps: long enough for a stream of short calls, with pauses, never to wake it.</summary>
    public const int Linger = 20;

    private readonly SliceSlot[] _slots;
    private readonly long _quantum;
    private readonly Action<Exception> _report;
    private readonly object _gate = new(); // a monitor: it waits with a bound, and leaves nothing to dispose
    private TaskCompletionSource? _asked;
    private bool _signalled;
    private int _quiet;
    private int _asleep;
    private long _wakes;
    private volatile bool _stopping;

    /// <param name="slots">The slots of all guest threads.</param>
    /// <param name="quantum">The shortest slice, in units of the time stamps.</param>
    /// <param name="report">Told what went wrong in a preemption; it is tried again.</param>
    public Watchdog(SliceSlot[] slots, long quantum, Action<Exception> report)
    {
        _slots = slots;
        _quantum = quantum;
        _report = report;
    }

    /// <summary>Whether it sleeps until a guest runs.</summary>
    public bool IsAsleep => Volatile.Read(ref _asleep) != 0;

    /// <summary>How often it was woken: never, while guests run one after the other.</summary>
    public long Wakes => Volatile.Read(ref _wakes);

    /// <summary>Starts its thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "sandbox-watchdog" }.Start();

    /// <summary>Ends its thread.</summary>
    public void Stop()
    {
        _stopping = true;
        Signal();
    }

    /// <summary>For a guest thread that has armed its slot.</summary>
    public void WakeIfAsleep()
    {
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0) Signal();
    }

    /// <summary>Has it look at once: a slice may have to end earlier than it was meant to.</summary>
    public void LookNow() => Signal();

    /// <summary>Has it look at once, and say so. From any thread.</summary>
    /// <returns>Completes when it has looked, or has ended.</returns>
    public Task LookAndTell()
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource asked = Interlocked.CompareExchange(ref _asked, fresh, null) ?? fresh;
        if (_stopping) Tell(); // after it was written: either its thread has seen it before it ended, or this sees that it ends
        Signal();
        return asked.Task;
    }

    /// <summary>Looks at every slot once.</summary>
    /// <param name="now">The time stamp of now.</param>
    /// <returns>When to look again; null when it is time to sleep.</returns>
    public long? Look(long now)
    {
        long next = now + _quantum;
        bool active = false;
        foreach (SliceSlot slot in _slots)
        {
            try
            {
                active |= slot.Look(now, ref next);
            }
#pragma warning disable CA1031 // Reported, and tried again at the next look: one guest that cannot be preempted must not keep the others from being.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                active = true;
                _report(failure);
            }
        }

        Tell();
        _quiet = active ? 0 : _quiet + 1;
        return _quiet < Linger ? next : null;
    }

    private void Run()
    {
        while (!_stopping)
        {
            if (Look(Stopwatch.GetTimestamp()) is { } next)
            {
                Wait(MillisecondsUntil(next));
            }
            else
            {
                _quiet = 0;
                Sleep();
            }
        }

        Tell();
    }

    private void Tell() => Interlocked.Exchange(ref _asked, null)?.TrySetResult();

    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        if (Array.Exists(_slots, static slot => slot.IsArmed)) WakeIfAsleep();
        Wait(Timeout.Infinite);
        Interlocked.Exchange(ref _asleep, 0);
        Interlocked.Increment(ref _wakes);
    }

    private void Signal()
    {
        lock (_gate)
        {
            _signalled = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for a signal or for the time, and forgets the signal.</summary>
    private void Wait(int milliseconds)
    {
        lock (_gate)
        {
            if (!_signalled && milliseconds != 0) Monitor.Wait(_gate, milliseconds);
            _signalled = false;
        }
    }

    /// <summary>Rounded up: a slice is no shorter than it is meant to be.</summary>
    private static int MillisecondsUntil(long time)
    {
        long left = time - Stopwatch.GetTimestamp();
        return left <= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Ceiling(left * 1000d / Stopwatch.Frequency));
    }
}
