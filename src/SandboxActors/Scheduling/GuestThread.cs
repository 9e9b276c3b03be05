using System.Diagnostics;

namespace SandboxActors;

/// <summary>One thread that runs guests, and whatever else their actors do.</summary>
internal sealed class GuestThread
{
    private const int Awake = 0;
    private const int Woken = 1;
    private const int Asleep = 2;
    private const int LooksBetweenYields = 100;

    /// <summary>
    /// How long it looks for work before it sleeps, in units of the time stamps: as long as a caller takes to make the next call when one has ended,
    /// since waking up costs as much again. Where there is one processor the caller could not.
    /// </summary>
    private static readonly long Patience = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 40_000 : 0;

    private readonly GuestThreads _threads;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private int _state;
    private long _turnStart;

    /// <param name="threads">Where the work comes from.</param>
    /// <param name="number">Its number, which no other thread has while it lives.</param>
    /// <param name="slot">Where it says which guest it runs; its own while it lives.</param>
    /// <param name="name">The thread's name.</param>
    public GuestThread(GuestThreads threads, int number, SliceSlot slot, string name)
    {
        _threads = threads;
        Number = number;
        Slot = slot;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    public int Number { get; }

    public SliceSlot Slot { get; }

    /// <summary>The time stamp at which it began what it runs; 0 if it runs nothing. From any thread.</summary>
    public long TurnStart => Volatile.Read(ref _turnStart);

    public void Start() => _thread.Start();

    /// <summary>Wakes it, if it sleeps, and else keeps it from the next sleep.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _state, Woken) != Asleep) return;
        lock (_gate) Monitor.Pulse(_gate);
    }

    private void Run()
    {
        RunEntry? finished = null;
        long used = 0;
        while (_threads.TryGoOn(this, finished, used, out RunEntry? next))
        {
            finished = next;
            if (next is null)
            {
                Sleep();
                continue;
            }

            long start = Stopwatch.GetTimestamp();
            Volatile.Write(ref _turnStart, start);
            try
            {
                next.BeginTurn();
                next.Runnable!.Run();
            }
#pragma warning disable CA1031 // Reported. A mailbox hands its actor's failures to the supervisor, so this is other work, and not its thread.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _threads.Report(failure);
            }

            Volatile.Write(ref _turnStart, 0);
            used = Stopwatch.GetTimestamp() - start;
        }
    }

    private void Sleep()
    {
        if (!IsWokenSoon())
        {
            lock (_gate)
            {
                // Whoever wakes it from here on takes the lock to do so, and gets it when this waits.
                if (Interlocked.CompareExchange(ref _state, Asleep, Awake) == Awake)
                {
                    while (Volatile.Read(ref _state) == Asleep) Monitor.Wait(_gate);
                }
            }
        }

        Volatile.Write(ref _state, Awake);
    }

    /// <summary>
    /// Looks for work for a while. It gives its processor away all the time, since the one that it waits for may be about to be put there.
    /// </summary>
    private bool IsWokenSoon()
    {
        long end = Stopwatch.GetTimestamp() + Patience;
        do
        {
            for (int look = 0; look < LooksBetweenYields; look++)
                if (Volatile.Read(ref _state) == Woken) return true;
            Thread.Yield();
        }
        while (Stopwatch.GetTimestamp() < end);
        return false;
    }
}
