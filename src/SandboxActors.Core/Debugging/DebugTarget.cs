using SandboxActors.Core.Calls;
using SandboxActors.Core.Machines;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>
/// A sandbox's guest, as a debugger's session sees it. What it does with a guest that is stopped, it does inside the sandbox's gate, as somebody who looks in
/// for a moment while no operation is inside: the caller of the guest waits elsewhere, and whoever comes meanwhile waits some microseconds.
/// </summary>
/// <param name="vm">What the guest runs on.</param>
/// <param name="gate">The sandbox's gate.</param>
/// <param name="interrupts">By which its calls are ended, and its runs interrupted.</param>
/// <param name="changed">Told that the debugger has changed the guest.</param>
internal sealed class DebugTarget(MicroVm vm, SandboxGate gate, InterruptHandle interrupts, Action changed)
{
    // How often one that is to stop is looked at again, where nobody says that it has come to rest: between two operations of its sandbox.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    // How long an operation of the sandbox may be inside while its guest is stopped: long enough for a snapshot of the largest memory.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DebuggedMachine _machine = vm.Debugged ?? throw new ArgumentException("The guest cannot be debugged.", nameof(vm));
    private volatile TaskCompletionSource _stopped = NewSignal();

    /// <summary>Whether a debugger is there. From any thread.</summary>
    public bool IsAttached => _machine.IsAttached;

    /// <summary>What stops the guest now; null if nothing does. From any thread.</summary>
    public GuestHold? Hold => _machine.Hold;

    /// <summary>A debugger is there: stops the guest.</summary>
    /// <returns>Completes when it is stopped.</returns>
    public Task<GuestHold> AttachAsync(CancellationToken cancellation)
    {
        _machine.Stopped = SignalStop;
        _machine.Attach(DebugSignal.Trap);
        return StopAsync(DebugSignal.Trap, cancellation);
    }

    /// <summary>Stops the guest where it is, or between two operations of its sandbox.</summary>
    /// <returns>Completes when it is stopped, by this or by anything else.</returns>
    public async Task<GuestHold> StopAsync(DebugSignal signal, CancellationToken cancellation)
    {
        while (true)
        {
            Task stopped = _stopped.Task;
            _machine.WantStop(signal);
            if (gate.TryBeginParking())
            {
                try
                {
                    _machine.StopAtRest();
                }
                finally
                {
                    gate.EndParking();
                }
            }
            else
            {
                BreakOff();
            }

            if (_machine.Hold is { } hold) return hold;
            await Task.WhenAny(stopped, Task.Delay(LookAgain, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until the guest is stopped again.</summary>
    /// <param name="last">How it was stopped last.</param>
    /// <param name="cancellation">Breaks off.</param>
    public async Task<GuestHold> WaitForStopAsync(GuestHold last, CancellationToken cancellation)
    {
        while (true)
        {
            Task stopped = _stopped.Task;
            if (_machine.Hold is { } hold && hold != last) return hold;
            await stopped.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Has the guest go on. Nothing if it has done so already, since the host ended its call.</summary>
    /// <param name="hold">How it is stopped.</param>
    /// <param name="resumption">How it goes on.</param>
    public void Resume(GuestHold hold, Resumption resumption) => TryVisit(hold, machine =>
    {
        machine.Resume(resumption);
        return true;
    });

    /// <summary>What the guest's processor holds; null if the guest is not stopped so.</summary>
    public VcpuState? ReadState(GuestHold hold)
    {
        VcpuState? state = null;
        TryVisit(hold, machine =>
        {
            state = machine.ReadState();
            return true;
        });
        return state;
    }

    /// <summary>Sets what the guest's processor holds.</summary>
    /// <returns>False if the guest is not stopped so, or its processor cannot hold that.</returns>
    public bool TryWriteState(GuestHold hold, VcpuState state) => TryVisit(hold, machine =>
    {
        changed();
        machine.WriteByDebugger(state);
        return true;
    });

    /// <summary>Copies guest memory.</summary>
    /// <returns>As many bytes as there are from the address on, up to the length; none if the guest is not stopped so.</returns>
    public byte[] Read(GuestHold hold, ulong address, int length)
    {
        byte[] copy = new byte[length];
        int read = 0;
        TryVisit(hold, machine =>
        {
            read = machine.View.Read(address, copy);
            return true;
        });
        return copy[..read];
    }

    /// <summary>Writes guest memory, all of it or nothing.</summary>
    /// <returns>False if the guest is not stopped so, or does not have such memory for itself.</returns>
    public bool TryWrite(GuestHold hold, ulong address, ReadOnlyMemory<byte> bytes) => TryVisit(hold, machine =>
    {
        changed();
        return machine.View.TryWrite(address, bytes.Span);
    });

    /// <summary>Changes where the guest stops.</summary>
    /// <returns>False if the guest is not stopped so, or there are too many of these.</returns>
    public bool TryChangeStops(GuestHold hold, Func<DebuggedMachine, bool> change) => TryVisit(hold, change);

    /// <summary>The debugger goes: the guest goes on without it.</summary>
    public void Leave()
    {
        _machine.WantLeave();
        BreakOff();
    }

    /// <summary>Ends the call in flight, if there is one.</summary>
    public void Kill()
    {
        try
        {
            _ = interrupts.Kill();
        }
        catch (MachineException)
        {
            // The system refused to signal the guest's thread. The request stands, and takes effect when the guest next stops.
        }
    }

    // While it is stopped as is known, and nobody is inside.
    private bool TryVisit(GuestHold hold, Func<DebuggedMachine, bool> visit)
    {
        if (_machine.Hold != hold) return false;
        if (!SpinWait.SpinUntil(() => gate.TryBeginParking() || gate.IsGone, Patience) || gate.IsGone) return false;
        try
        {
            return _machine.Hold == hold && visit(_machine);
        }
        catch (MachineException)
        {
            return false; // what the system refuses is not to be had, and the debugger is told so
        }
        finally
        {
            gate.EndParking();
        }
    }

    private void BreakOff()
    {
        try
        {
            interrupts.BreakOff();
        }
        catch (MachineException)
        {
            // The system refused to signal the guest's thread. Whoever waits for it tries again; the guest does what is wanted when it next stops.
        }
    }

    private void SignalStop() => Interlocked.Exchange(ref _stopped, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
