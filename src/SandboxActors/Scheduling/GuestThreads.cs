using System.Diagnostics;
using System.Globalization;

namespace SandboxActors;

/// <summary>
/// The threads that run guests: as many as configured at most, made when they are needed, ended by <see cref="Stop"/> when nothing is left to run.
/// </summary>
/// <remarks>
/// One lock guards the run queue, the state of its entries and the lists of threads. A thread takes it once a turn: it hands in the entry that it has
/// run and takes the next. What an actor wrote in its run happens before that, so before whatever thread runs it next.
/// <para>
/// An entry runs once for each time that it is given to <see cref="Execute"/>, and never on two threads at once: given while it runs, it is queued
/// when it has run. A thread that finds nothing puts itself among the idle ones in the same critical section; whoever queues an entry takes one from
/// there, in the same critical section, and wakes it. So no entry waits while a thread is idle, and none is woken for nothing but when a busy one was
/// faster.
/// </para>
/// </remarks>
internal sealed class GuestThreads
{
    private readonly Lock _gate = new();
    private readonly RunQueue _queue;
    private readonly SliceSlot[] _slots;
    private readonly Stack<GuestThread> _idle = new();
    private readonly Stack<int> _free = new(); // numbers of threads that do not exist
    private readonly RunEntry?[] _running; // by number of thread
    private readonly GuestThread?[] _threads; // by number
    private readonly long _quantum;
    private readonly long _shortest;
    private readonly Action<Exception> _report;
    private volatile Watchdog? _watchdog;
    private bool _stopping;

    /// <param name="count">Threads, at most.</param>
    /// <param name="settings">Quantum, levels, and how they share.</param>
    /// <param name="report">Told what a runnable threw.</param>
    public GuestThreads(int count, SchedulingSettings settings, Action<Exception> report)
    {
        _report = report;
        _quantum = (long)(settings.Quantum.TotalSeconds * Stopwatch.Frequency);
        _queue = new RunQueue(RunQueue.FirstLevel + settings.Levels, settings.LevelRatio, _quantum, longest: 60 * Stopwatch.Frequency);
        LowestLevel = settings.Levels; // above them the one for attention, which is 0
        _shortest = _quantum / 5;
        _running = new RunEntry?[count];
        _threads = new GuestThread?[count];
        _slots = new SliceSlot[count];
        for (int number = count - 1; number >= 0; number--)
        {
            _slots[number] = new SliceSlot();
            _free.Push(number);
        }
    }

    /// <summary>The number of the lowest level.</summary>
    public int LowestLevel { get; }

    /// <summary>The watchdog, while there are threads.</summary>
    public Watchdog? Watchdog => _watchdog;

    /// <summary>Threads that exist.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _slots.Length - _free.Count;
        }
    }

    /// <summary>The most threads that there can be.</summary>
    public int MaximumCount => _slots.Length;

    /// <summary>
    /// Threads that have been at one thing for longer than a time. A guest cannot hold one that long, since its slice ends; a host function that blocks
    /// can.
    /// </summary>
    /// <param name="time">The time.</param>
    public int CountHeldLongerThan(TimeSpan time)
    {
        long earliest = Stopwatch.GetTimestamp() - (long)(time.TotalSeconds * Stopwatch.Frequency);
        lock (_gate) return _threads.Count(thread => thread?.TurnStart is { } start && start != 0 && start < earliest);
    }

    /// <summary>Has an entry run once more.</summary>
    public void Execute(RunEntry entry)
    {
        GuestThread? idle;
        GuestThread? made = null;
        lock (_gate)
        {
            _stopping = false;
            if (entry.IsRunning)
            {
                entry.RunAgain = true;
                return;
            }

            _queue.Add(entry);
            if (!_idle.TryPop(out idle))
            {
                if (_free.TryPop(out int number)) made = Make(number);
                else WantThreadFor(entry);
            }
        }

        idle?.Wake();
        made?.Start();
    }

    /// <summary>An entry may have come to wait for a higher level than the one that it is queued at.</summary>
    public void Reconsider(RunEntry entry)
    {
        lock (_gate)
        {
            _queue.Reconsider(entry);
            WantThreadFor(entry);
        }
    }

    /// <summary>An entry's next run is to be at the level for attention.</summary>
    public void Hurry(RunEntry entry)
    {
        lock (_gate)
        {
            _queue.Hurry(entry);
            WantThreadFor(entry);
        }
    }

    /// <summary>On a guest thread: a guest is about to run.</summary>
    /// <param name="slot">The thread's slot.</param>
    /// <param name="target">Whom the end of the slice is told.</param>
    /// <param name="left">What is left of the slice; 0 for a new one.</param>
    /// <returns>The time stamp at which the slice ends.</returns>
    public long BeginSlice(SliceSlot slot, IPreemptible target, long left)
    {
        long now = Stopwatch.GetTimestamp();
        long deadline = now + (left > 0 ? left : _quantum);
        slot.Arm(target, deadline, now + _shortest);
        _watchdog!.WakeIfAsleep();
        return deadline;
    }

    /// <summary>What is left of a slice, now; 0 if it is not worth another step.</summary>
    /// <param name="deadline">The time stamp at which the slice ends.</param>
    public long LeftUntil(long deadline)
    {
        long left = deadline - Stopwatch.GetTimestamp();
        return left >= _shortest / 2 ? left : 0;
    }

    /// <summary>Ends the threads when nothing waits any more, unless something is queued before they have ended.</summary>
    public void Stop()
    {
        GuestThread[] idle;
        lock (_gate)
        {
            _stopping = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (GuestThread thread in idle) thread.Wake();
    }

    /// <summary>For a thread: hands in what it has run, and takes what it is to run next.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="finished">What it has run, if anything.</param>
    /// <param name="used">For how long it ran.</param>
    /// <param name="next">What to run. If nothing, the thread is idle and will be woken.</param>
    /// <returns>Whether the thread lives on.</returns>
    public bool TryGoOn(GuestThread thread, RunEntry? finished, long used, out RunEntry? next)
    {
        lock (_gate)
        {
            if (finished is not null)
            {
                _running[thread.Number] = null;
                HandIn(finished, used);
            }

            next = _queue.Take();
            if (next is not null)
            {
                next.IsRunning = true;
                next.Slot = thread.Slot;
                _running[thread.Number] = next;
                return true;
            }

            if (!_stopping)
            {
                _idle.Push(thread);
                return true;
            }

            _threads[thread.Number] = null;
            _free.Push(thread.Number);
            if (_free.Count == _slots.Length)
            {
                _watchdog?.Stop();
                _watchdog = null;
            }

            return false;
        }
    }

    /// <summary>Reports what a runnable threw: the thread goes on with the next.</summary>
    public void Report(Exception failure) => _report(failure);

    private void HandIn(RunEntry finished, long used)
    {
        finished.IsRunning = false;
        _queue.Settle(finished, used);
        if (!finished.RunAgain) return;
        finished.RunAgain = false;
        _queue.Add(finished);
    }

    /// <summary>
    /// Has a guest far below an entry give way, after a fifth of a quantum, if the entry would be next then; it goes on with the rest of its slice in
    /// its turn. Only for what begins or wants attention: a guest that has used up slices itself can wait for one.
    /// </summary>
    private void WantThreadFor(RunEntry entry)
    {
        if (entry.Place < 0 || entry.Level > RunQueue.FirstLevel || _idle.Count > 0) return;
        int lowest = -1;
        for (int number = 0; number < _running.Length; number++)
            if (_running[number] is { } running && (lowest < 0 || running.Level > _running[lowest]!.Level)) lowest = number;
        if (lowest >= 0 && _queue.Passes(entry, _running[lowest]!, _shortest) && _slots[lowest].Want()) _watchdog!.LookNow();
    }

    private GuestThread Make(int number)
    {
        if (_watchdog is null)
        {
            _watchdog = new Watchdog(_slots, _quantum, _report);
            _watchdog.Start();
        }

        return _threads[number] = new GuestThread(this, number, _slots[number], string.Create(CultureInfo.InvariantCulture, $"sandbox-guest-{number}"));
    }
}
