using System.Diagnostics;
using System.Runtime.ExceptionServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Exitless;

/// <summary>
/// Runs a machine on a thread of its own, one run at a time, so that the one who asked for it can do something else meanwhile. It has one user at a
/// time. The thread is there while there is work, and for a while afterwards.
/// </summary>
/// <remarks>
/// The machine belongs to the user but from <see cref="Begin"/> until <see cref="HasExit"/>, when it is the thread's. Both step over by a word: what
/// either did before is visible to the other afterwards. Whoever is about to sleep says so, and then looks at the word once more; whoever changes the
/// word looks afterwards whether somebody sleeps; a fence between the two in both: one of the two sees what the other wrote.
/// </remarks>
/// <param name="machine">The machine.</param>
/// <param name="onTick">Called now and then while there is a thread, on others.</param>
internal sealed class MachineRunner(IVirtualMachine machine, Action onTick)
{
    /// <summary>How often ticks come.</summary>
    public static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(10);

    private const int Free = 0;
    private const int Running = 1;
    private const int Done = 2;
    private const int LooksBetweenTimes = 64;

    // How long the thread looks for work before it sleeps: as long as a host function takes that has little to do.
    private static readonly long Patience = Stopwatch.Frequency / 50_000;

    // How long it sleeps before it ends.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private int _state;
    private bool _isThreadAsleep = true; // or is not there
    private bool _isUserAsleep;
    private bool _isClosed;
    private Thread? _thread;
    private VmExit _exit;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Whether the guest runs, or is about to. From any thread.</summary>
    public bool IsRunning => Volatile.Read(ref _state) == Running;

    /// <summary>Whether a run has ended whose exit has not been taken.</summary>
    public bool HasExit => Volatile.Read(ref _state) == Done;

    /// <summary>Has the guest run. There must be no exit to be taken, and no other run.</summary>
    public void Begin()
    {
        Interlocked.Exchange(ref _state, Running);
        if (!Volatile.Read(ref _isThreadAsleep)) return;
        lock (_gate)
        {
            if (_thread is null) StartThread();
            else Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until the run has ended.</summary>
    /// <param name="timeout">How long; as long as it takes if null.</param>
    /// <returns>Whether it has.</returns>
    public bool WaitForExit(TimeSpan? timeout)
    {
        lock (_gate)
        {
            Volatile.Write(ref _isUserAsleep, true);
            Interlocked.MemoryBarrier();
            while (!HasExit)
                if (!Monitor.Wait(_gate, timeout ?? Timeout.InfiniteTimeSpan)) break;
            Volatile.Write(ref _isUserAsleep, false);
            return HasExit;
        }
    }

    /// <summary>Takes the exit of a run that has ended.</summary>
    /// <exception cref="MachineException">The machine refused to run.</exception>
    public VmExit TakeExit()
    {
        VmExit exit = _exit;
        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        Volatile.Write(ref _state, Free);
        failure?.Throw();
        return exit;
    }

    /// <summary>Has the thread end, when the run in progress has.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void StartThread()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = "sandbox without exits" };
        try
        {
            thread.Start();
        }
        catch
        {
            Volatile.Write(ref _state, Free);
            throw;
        }

        _thread = thread;
        Volatile.Write(ref _isThreadAsleep, false);
    }

    private void Work()
    {
        using ITimer ticks = TimeProvider.System.CreateTimer(static tick => ((Action)tick!)(), onTick, TickPeriod, TickPeriod);
        while (WaitForWork())
        {
            try
            {
                _exit = machine.Run();
            }
#pragma warning disable CA1031 // Not swallowed: whoever takes the exit gets it.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
            }

            Interlocked.Exchange(ref _state, Done);
            if (!Volatile.Read(ref _isUserAsleep)) continue;
            lock (_gate) Monitor.PulseAll(_gate);
        }
    }

    private bool WaitForWork()
    {
        if (IsWorkThereSoon()) return true;
        lock (_gate)
        {
            Volatile.Write(ref _isThreadAsleep, true);
            Interlocked.MemoryBarrier();
            while (!IsRunning)
            {
                if (!_isClosed && (Monitor.Wait(_gate, Idle) || IsRunning)) continue;
                _thread = null;
                return false;
            }

            Volatile.Write(ref _isThreadAsleep, false);
            return true;
        }
    }

    private bool IsWorkThereSoon()
    {
        long end = Stopwatch.GetTimestamp() + Patience;
        do
        {
            for (int look = 0; look < LooksBetweenTimes; look++)
            {
                if (IsRunning) return true;
                Pausing.Once();
            }
        }
        while (Stopwatch.GetTimestamp() < end);
        return false;
    }
}
