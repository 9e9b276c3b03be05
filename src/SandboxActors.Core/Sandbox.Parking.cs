using SandboxActors.Core.Calls;
using SandboxActors.Core.Machines;
using SandboxActors.Core.Telemetry;
using SandboxActors.Machine;

namespace SandboxActors.Core;

// The micro-VM that a sandbox runs on. One that is idle can do without: what it is stands in its current snapshot, and its next call gets another micro-VM.
public sealed partial class Sandbox : IMicroVmHolder
{
    // Both or neither. Owned by the operation inside the gate; read from any thread for reports.
    private volatile MicroVm? _vm;
    private CallRunner? _runner;

    // Of machines that it had before, and of the present one before it had it.
    private long _staleInterrupts;
    private long _lastUsed;
    private long _countedInterrupts;
    private volatile bool _isSuspect;

    /// <summary>
    /// Whether the sandbox has no micro-VM now: it was idle and its pool gave it to another, or it is a fork that has not been called yet. Its next call takes
    /// one, and nothing else shows it but that this call takes some tens of microseconds longer. From any thread.
    /// </summary>
    public bool IsParked => _vm is null && !_gate.IsGone;

    /// <summary>Times that the machine's run was broken off by a signal that nobody had asked for, and went on.</summary>
    public long StaleInterrupts => Volatile.Read(ref _staleInterrupts) + (_vm?.Machine.StaleInterrupts ?? 0);

    /// <summary>The micro-VM that it has: for tests.</summary>
    internal MicroVm Vm => _vm ?? throw new InvalidOperationException("The sandbox is parked.");

    /// <summary>The machine itself: for tests.</summary>
    internal IVirtualMachine Machine => Vm.Machine;

    /// <inheritdoc />
    long IMicroVmHolder.LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>The micro-VM with the sandbox's state in it.</summary>
    /// <exception cref="SnapshotUnusableException">The sandbox was parked, and memory that it had mapped has been disposed since.</exception>
    /// <exception cref="MachineException">The sandbox was parked, and the system refused another micro-VM. It is parked still.</exception>
    private MicroVm OwnVm
    {
        get
        {
            if (_vm is { } vm) return vm;
            Snapshot parked = _current!;
            parked.CheckUsable();
            return TakeVm(vm => vm.Load(parked, _parts.Options.MinimumLogLevel));
        }
    }

    /// <summary>Disposes, and has no other sandbox get the micro-VM: for one that something unexpected happened to.</summary>
    /// <inheritdoc cref="Dispose" path="/exception"/>
    internal void Discard()
    {
        _isSuspect = true;
        Dispose();
    }

    /// <inheritdoc />
    bool IMicroVmHolder.TryPark(MicroVm vm)
    {
        if (!_gate.TryBeginParking()) return false;
        try
        {
            // Of one that is poisoned nothing is to be kept, and whoever looks at it wants to see it; mapped memory is its owner's to dispose.
            if (_vm != vm || _activeCall is not null || _poison is not null || _unrecoverable || vm.Regions.All.Length > 0) return false;
            TakeSnapshot();
            LetGo();
            vm.Memory.Pages.NoteRest();
            return true;
        }
        catch (MachineException)
        {
            // The machine does not give its state away. That is for the sandbox's next operation to find, and not for whoever wanted the machine.
            return false;
        }
        finally
        {
            _gate.EndParking();
        }
    }

    private MicroVm TakeVm(Action<MicroVm> load)
    {
        MicroVm vm = _parts.Source.Take(_parts.Shape, this);
        try
        {
            load(vm);
            InterruptHandle.Attach(vm.Machine);
            StartDebugServer(vm);
        }
        catch
        {
            InterruptHandle.Attach(null);
            _parts.Source.Return(vm, isSound: false);
            throw;
        }

        Interlocked.Add(ref _staleInterrupts, -vm.Machine.StaleInterrupts);
        _runner = new CallRunner(vm, new HostCalls(_parts.HostFunctions, vm.Input, InterruptHandle, _gate), InterruptHandle, _gate, _parts.Log);
        _vm = vm;
        NoteUse();
        return vm;
    }

    private void ReturnVm()
    {
        if (_vm is not { } vm) return;
        LetGo();
        bool isSound = !_isSuspect && !_unrecoverable && _poison is not (PoisonReason.HostFailed or PoisonReason.UnexpectedExit) && TryUnmapRegions(vm);
        _parts.Source.Return(vm, isSound);
    }

    // What was mapped is its owner's again at once, not when the micro-VM gets its next sandbox.
    private static bool TryUnmapRegions(MicroVm vm)
    {
        if (vm.Regions.All.IsEmpty) return true;
        try
        {
            vm.Regions.ChangeTo([]);
            return true;
        }
        catch (MachineException)
        {
            return false; // then the machine goes, and with it the mapping
        }
    }

    private void LetGo()
    {
        Interlocked.Add(ref _staleInterrupts, _vm!.Machine.StaleInterrupts);
        InterruptHandle.Attach(null);
        _runner = null;
        _vm = null;
    }

    private void CountStaleInterrupts()
    {
        if (!SandboxMeter.StaleInterrupts.Enabled || !IsObserved) return;
        long all = StaleInterrupts;
        if (all == _countedInterrupts) return;
        SandboxMeter.StaleInterrupts.Add(all - _countedInterrupts);
        _countedInterrupts = all;
    }

    private void NoteUse() => Volatile.Write(ref _lastUsed, _parts.Source.Now);
}
