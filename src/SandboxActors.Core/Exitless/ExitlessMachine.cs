using System.Diagnostics;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Exitless;

/// <summary>
/// A machine whose guest may stay inside between calls and look for the next one, so that a call costs no exit: <see cref="RunCall"/>. To everyone
/// else it is a machine like any other, whose guest has stopped when its run has ended: whatever needs that brings the guest to rest first. It has
/// one user at a time, as any machine.
/// </summary>
/// <remarks>
/// The guest leaves by its ready port when it has looked for long enough, which may be just when a call is posted. What such an exit means is settled
/// here, by what the host knows: the guest was at rest when the call was posted, so it has run since, and the exit is the answer; or it was inside,
/// and then the exit is the answer if the word says so, and else the guest has left without having seen the call, and runs on to find it. So no call
/// is lost and none is served twice, and of a guest that lies no more comes than a wrong answer of its own. What a guest does between two calls that
/// it should not (it faults, it calls the host) is an exit like any other, and is the next call's.
/// </remarks>
internal sealed partial class ExitlessMachine : IVirtualMachine
{
    private const int LooksBetweenTimes = 256;

    // How long a caller looks for an answer before it sleeps until the guest leaves: some exits' worth. Longer for the call that the guest enters
    // with, since the runner's thread may have to wait for a processor: as long as the kernel lets another thread run at a stretch.
    private static readonly long Patience = Stopwatch.Frequency / 10_000;
    private static readonly long PatienceAtEntry = Stopwatch.Frequency / 250;

    private readonly IVirtualMachine _machine;
    private readonly CallWords _words;
    private readonly MachineRunner _runner;

    // The guest runs on the runner's thread, or has left it and nobody knows yet.
    private bool _isInside;

    // It has left last by its ready port, or has a state that was taken then.
    private bool _isAtRest = true;

    // The call in flight: its number, whether the guest has been told, and whether it was inside at that time.
    private uint _number;
    private bool _isPosted;
    private bool _wasInside;
    private bool _isAwaited;

    // By anybody, since the latest run of a call began.
    private bool _isInterrupted;

    private ulong _counts;
    private ulong _toldCounts;
    private uint _numberAtTick;

    /// <param name="machine">The machine; it is disposed with this one.</param>
    /// <param name="words">The words in its guest's memory.</param>
    public ExitlessMachine(IVirtualMachine machine, CallWords words)
    {
        _machine = machine;
        _words = words;
        _runner = new MachineRunner(machine, EndOverstay);
    }

    /// <summary>Whether the guest is inside and looks for its next call, as far as can be known.</summary>
    public bool IsGuestLooking => _isInside && !_runner.HasExit;

    /// <summary>Whether the latest run ended without an exit: with an answer for which the guest did not have to leave.</summary>
    public bool HasPaid { get; private set; }

    /// <inheritdoc />
    public long StaleInterrupts => _machine.StaleInterrupts;

    /// <summary>A call has been written to the input buffer, and will be run by <see cref="RunCall"/>.</summary>
    /// <param name="pollCounts">How long the guest is to look for the one after it, in counts of the time stamp counter.</param>
    public void Prepare(ulong pollCounts)
    {
        _counts = pollCounts;
        _isPosted = false;
    }

    /// <summary>
    /// Runs the guest of a prepared call until it exits, or has answered: that is an exit by the ready port too, though the guest stays inside.
    /// </summary>
    /// <returns>As <see cref="Run"/>.</returns>
    /// <exception cref="MachineException">The system refused to run the vCPU.</exception>
    public VmExit RunCall()
    {
        HasPaid = false;
        _isStopped = false;
        if (TakeHeld(out VmExit held)) return held;
        Volatile.Write(ref _isAwaited, true);
        try
        {
            if (TakeInterrupted(out VmExit interrupted)) return interrupted;
            Look(_counts);
            if (!_isPosted) Post();
            bool isLooking = _isInside;
            if (!isLooking) Enter();
            return WaitForAnswer(isLooking ? Patience : PatienceAtEntry);
        }
        finally
        {
            Volatile.Write(ref _isAwaited, false);
        }
    }

    /// <inheritdoc />
    /// <remarks>A guest that was stopped while it looked for a call is brought to rest first, and does not look for this one.</remarks>
    public VmExit Run()
    {
        HasPaid = false;
        _isStopped = false;
        if (TakeHeld(out VmExit held)) return held;
        if (!_isAtRest)
        {
            Look(0);
            VmExit exit = _isInside ? AwaitExit() : _machine.Run();
            if (!IsReady(exit)) return exit;
            Rested();
        }

        return _machine.Run();
    }

    /// <inheritdoc />
    public void Interrupt()
    {
        Volatile.Write(ref _isInterrupted, true);
        try
        {
            _machine.Interrupt();
        }
        catch
        {
            Volatile.Write(ref _isInterrupted, false);
            throw;
        }
    }

    private static bool IsReady(in VmExit exit) => exit.Kind == VmExitKind.Output && exit.Port == GuestAbi.ReadyPort;

    // A guest inside that has been interrupted may yet be quick enough to serve a call. It is not given one before it has left: the interruption
    // comes first.
    private bool TakeInterrupted(out VmExit exit)
    {
        exit = default;
        if (!Volatile.Read(ref _isInterrupted)) return false;
        Volatile.Write(ref _isInterrupted, false);
        if (!_isInside) return false;
        Look(0);
        exit = AwaitExit();
        if (!IsReady(exit)) return true;
        Rested();
        return false;
    }

    private void Post()
    {
        if (++_number == 0) _number = 1; // zero is no call's
        _wasInside = !_isAtRest;
        _isPosted = true;
        _words.Post(_number);
    }

    private void Enter()
    {
        _isInside = true;
        _isAtRest = false;
        try
        {
            _runner.Begin();
        }
        catch
        {
            _isInside = false; // there is no thread for it
            throw;
        }
    }

    private VmExit WaitForAnswer(long patience)
    {
        long end = 0;
        bool hasSlept = false;
        for (int looks = 1; ; looks++)
        {
            if (_words.TryTakeAnswer(_number, out uint place))
            {
                HasPaid = !hasSlept;
                return VmExit.Output(GuestAbi.ReadyPort, place);
            }

            if (_runner.HasExit)
            {
                VmExit exit = AwaitExit();
                if (!IsReady(exit)) return exit;
                Rested();
                if (_words.TryTakeAnswer(_number, out _) || !_wasInside) return exit;
                _wasInside = false;
                Enter();
            }

            Pausing.Once();
            if (looks % LooksBetweenTimes != 0) continue;
            long now = Stopwatch.GetTimestamp();
            if (end == 0) end = now + patience;
            if (now < end) continue;
            Look(0); // so that it leaves when it has the answer
            _runner.WaitForExit(timeout: null);
            hasSlept = true;
        }
    }

    // One that looks for a call soon sees that it shall not, and needs no signal.
    private bool IsOutSoon()
    {
        long end = Stopwatch.GetTimestamp() + Patience;
        while (!_runner.HasExit)
        {
            if (Stopwatch.GetTimestamp() > end) return false;
            Pausing.Once();
        }

        return true;
    }

    private VmExit AwaitExit()
    {
        if (!IsOutSoon()) _runner.WaitForExit(timeout: null);
        _isInside = false;
        return _runner.TakeExit();
    }

    private void Look(ulong counts)
    {
        if (_toldCounts == counts) return;
        _toldCounts = counts;
        _words.SetPollCounts(counts);
    }
}
