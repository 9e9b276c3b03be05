using System.Diagnostics;
using SandboxActors.Core.Calls;
using SandboxActors.Core.Machines;
using SandboxActors.Core.Snapshots;
using SandboxActors.Core.Telemetry;
using SandboxActors.Machine;

namespace SandboxActors.Core;

// What a sandbox was, and going back to it; and the regions mapped into it, which are part of that.
public sealed partial class Sandbox
{
    /// <summary>Takes a snapshot of memory, registers and mapped regions; the same object again while nothing has changed.</summary>
    /// <exception cref="PoisonedSandboxException">The sandbox is poisoned: its state is not worth keeping.</exception>
    /// <exception cref="UnrecoverableSandboxException">A restore failed half way.</exception>
    /// <exception cref="SandboxBusyException">Another operation is in progress, or a call is in flight.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    /// <exception cref="MachineException">The system refused; nothing was changed.</exception>
    public Snapshot Snapshot() => SnapshotIn(trace: default);

    /// <summary>Takes a snapshot in a span that is inside of another one than the current.</summary>
    internal Snapshot SnapshotIn(ActivityContext trace)
    {
        using SandboxGate.Scope inside = _gate.Enter();
        ThrowIfNotReady();
        if (_activeCall is not null) throw new SandboxBusyException();
        if (_current is not null) return _current;
        Snapshot snapshot = TakeSnapshotIn(trace);
        SandboxMeter.Snapshots.Add(1);
        if (SandboxMeter.SnapshotSize.Enabled) SandboxMeter.SnapshotSize.Record((long)snapshot.StoredBytes);
        return snapshot;
    }

    /// <summary>
    /// Brings back exactly what the snapshot holds, and clears poison; the guest gets a new random seed. Nothing to do if nothing has changed since
    /// the snapshot was taken or restored.
    /// </summary>
    /// <exception cref="SnapshotMismatchException">The snapshot is another sandbox's; nothing was changed.</exception>
    /// <exception cref="SnapshotUnusableException">Memory that the snapshot had mapped has been disposed; nothing was changed.</exception>
    /// <exception cref="SnapshotFormatException">Pages are in the file of a snapshot that was loaded, which is not what it was; nothing was
    /// changed.</exception>
    /// <exception cref="MachineException">The system refused; nothing was changed.</exception>
    /// <exception cref="UnrecoverableSandboxException">An earlier restore failed half way.</exception>
    /// <exception cref="RestoreFailedException">This one did: the sandbox is now unrecoverable.</exception>
    /// <exception cref="SandboxBusyException">Another operation is in progress, or a call is in flight.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    public void Restore(Snapshot snapshot) => RestoreIn(snapshot, trace: default);

    /// <summary>Restores in a span that is inside of another one than the current.</summary>
    internal void RestoreIn(Snapshot snapshot, ActivityContext trace)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        using SandboxGate.Scope inside = _gate.Enter();
        if (_unrecoverable) throw new UnrecoverableSandboxException();
        if (_activeCall is not null) throw new SandboxBusyException();
        if (ReferenceEquals(snapshot, _current)) return;
        if (snapshot.SandboxId != Id) throw new SnapshotMismatchException(Id, snapshot.SandboxId);
        snapshot.CheckUsable();
        if (_vm is not { } vm) PutBackParked(snapshot, trace);
        else
        {
            vm.Memory.Pages.Fetch(snapshot.Pages);
            PutBack(snapshot, trace);
        }
    }

    /// <summary>Maps host memory into the guest.</summary>
    /// <param name="start">Where the guest shall see it: page-aligned, clear of the guest's own memory and of other regions.</param>
    /// <param name="memory">The memory. It stays the caller's: the sandbox does not dispose it, and it is given back to the system only when no guest
    /// has it mapped.</param>
    /// <param name="access"><see cref="MemoryAccess.Read"/>, or with <see cref="MemoryAccess.Execute"/>.</param>
    /// <exception cref="MemoryMappingException">Misaligned, overlapping, outside the guest's address space, writable, a guard, or one region too
    /// many; nothing was changed.</exception>
    /// <exception cref="MachineException">The system refused; nothing was changed.</exception>
    /// <exception cref="PoisonedSandboxException">The sandbox is poisoned.</exception>
    /// <exception cref="UnrecoverableSandboxException">A restore failed half way.</exception>
    /// <exception cref="SandboxBusyException">Another operation is in progress, or a call is in flight.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    public void MapRegion(GuestAddress start, HostMemory memory, MemoryAccess access)
    {
        ArgumentNullException.ThrowIfNull(memory);
        using SandboxGate.Scope inside = _gate.Enter();
        MapInside(start, memory, access);
    }

    /// <summary>
    /// Maps a file into the guest, read-only to both sides and copy-on-write, so that the file itself is never written. It is unmapped from the host
    /// when no snapshot and no sandbox
    /// needs it, at the latest when this sandbox is disposed.
    /// </summary>
    /// <param name="path">The file; it is opened for reading only.</param>
    /// <param name="start">Where the guest shall see it.</param>
    /// <param name="access"><see cref="MemoryAccess.Read"/> and <see cref="MemoryAccess.Execute"/> unless said otherwise.</param>
    /// <returns>The length of the mapping in bytes: the file's, rounded up to whole pages, with zeros behind its end.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <inheritdoc cref="MapRegion"/>
    public ulong MapFile(string path, GuestAddress start, MemoryAccess access = MemoryAccess.Read | MemoryAccess.Execute)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using SandboxGate.Scope inside = _gate.Enter();
        ThrowIfNotReady();
        MappedFile file = MappedFile.Open(path);
        try
        {
            MapInside(start, file, access);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        // Weakly: what no mapping and no snapshot holds any more is unmapped by the collector, not kept until the end.
        (_files ??= []).RemoveAll(f => !f.TryGetTarget(out _));
        _files.Add(new WeakReference<MappedFile>(file));
        return file.Length;
    }

    private void MapInside(GuestAddress start, HostMemory memory, MemoryAccess access)
    {
        ThrowIfNotReady();
        if (_activeCall is not null) throw new SandboxBusyException();
        OwnVm.Regions.Map(start, memory, access);
        _current = null;
    }

    private Snapshot TakeSnapshotIn(ActivityContext trace)
    {
        Activity? span = SandboxSource.Begin(SandboxSource.Snapshot, ActivityKind.Internal, trace)?.SetTag("sandbox.id", Id);
        try
        {
            return TakeSnapshot();
        }
        catch (MachineException failure)
        {
            span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", failure.GetType().Name);
            throw;
        }
        finally
        {
            if (span is not null) SandboxSource.End(span);
        }
    }

    private Snapshot TakeSnapshot()
    {
        if (_current is not null) return _current;

        MicroVm vm = _vm!;
        KeptRegisters registers = vm.Capture(out PageTree pages);
        return _current = new Snapshot(Id, _parts.Origin, _takesBatches, pages, registers, vm.Regions.All, _golden);
    }

    // Its next call gets a micro-VM with that in it.
    private void PutBackParked(Snapshot snapshot, ActivityContext parent)
    {
        var observation = Observation.OfRestore(this, parent);
        _current = snapshot;
        CountRestore(observation, MeterTags.Completed);
    }

    private void PutBack(Snapshot snapshot, ActivityContext parent)
    {
        var observation = Observation.OfRestore(this, parent);
        _current = null;
        try
        {
            _vm!.PutBack(snapshot);
        }
#pragma warning disable CA1031 // Whatever it was: half of the state is back and half is not, and the caller learns both that and why.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _unrecoverable = true;
            _presence?.SetPoisoned(true);
            CountRestore(observation, MeterTags.Failed);
            throw new RestoreFailedException(failure);
        }

        _current = snapshot;
        _poison = null;
        _crashReport = null;
        _presence?.SetPoisoned(false);
        CountRestore(observation, MeterTags.Completed);
    }

    private void CountRestore(in Observation observation, in KeyValuePair<string, object?> outcome)
    {
        if (!IsObserved) return;
        SandboxMeter.Restores.Add(1, outcome);
        observation.End(SandboxMeter.RestoreDuration, outcome);
    }
}
