using SandboxActors.Core.Machines;
using SandboxActors.Core.Pooling;
using SandboxActors.Core.Telemetry;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// Micro-VMs for the sandboxes of a <see cref="SandboxBuilder"/>, or of several: made ahead if so asked, used again by restoring everything, and taken from idle
/// sandboxes when there are as many as may be. So a process has many more sandboxes than machines. Safe for use from any thread.
/// </summary>
/// <remarks>
/// Who owns a micro-VM: the pool while it is free, from its taking to its return the sandbox that took it, inside its gate. The lock guards who has which; it is
/// never held while one is made, disposed, loaded or taken from a sandbox. To take one from a sandbox the pool enters the sandbox's gate, which a sandbox in use
/// does not let it do, and never waits there: so two sandboxes that need each other's cannot wait for each other.
/// </remarks>
public sealed partial class SandboxPool : IMicroVmSource, IDisposable
{
    private readonly SandboxPoolOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<MicroVmShape, Shelf> _shelves = [];
    private readonly ITimer? _parkTimer;
    private int _live;
    private long _created;
    private long _reused;
    private long _parked;
    private Exception? _fillingFailure;
    private bool _disposed;

    /// <summary>Makes an empty pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public SandboxPool(SandboxPoolOptions? options = null)
    {
        _options = options ?? SandboxPoolOptions.Default;
        _options.Validate();
        SandboxMeter.Pools.Add(this);
        if (_options.ParkAfter is not { } after) return;
        TimeSpan period = after / 2;
        _parkTimer = _options.Clock.CreateTimer(static pool => ((SandboxPool)pool!).ParkIdle(), this, period, period);
    }

    /// <summary>What the pool has now, and has done.</summary>
    public SandboxPoolReport Report
    {
        get
        {
            lock (_lock)
            {
                Dictionary<MicroVmShape, Shelf>.ValueCollection all = _shelves.Values;
                return new SandboxPoolReport(
                    _live, all.Sum(static shelf => shelf.Free.Count), _created, _reused, _parked, all.Sum(static shelf => shelf.Wanted), all.Sum(static shelf => shelf.Missing));
            }
        }
    }

    /// <summary>Why the last micro-VM that was to be made ahead could not be; null if it could.</summary>
    public Exception? FillingFailure
    {
        get
        {
            lock (_lock) return _fillingFailure;
        }
    }

    /// <inheritdoc />
    long IMicroVmSource.Now => Now;

    /// <inheritdoc />
    bool IMicroVmSource.IsPool => true;

    private long Now => _options.Clock.GetTimestamp();

    /// <inheritdoc />
    MicroVm IMicroVmSource.Take(MicroVmShape shape, IMicroVmHolder holder)
    {
        for (int attempt = 0; ; attempt++)
        {
            Source from = Choose(shape, holder, attempt, out MicroVm? vm, out Lease? lease);
            if (attempt == 0) SandboxMeter.PoolLeases.Add(1, MeterTags.Hit(from == Source.Free));
            switch (from)
            {
                case Source.Free: return vm!;
                case Source.New: return MakeFor(shape, holder);
                case Source.OtherShape:
                    vm!.Dispose();
                    return MakeFor(shape, holder);
                case Source.Idle when !TryTakeFrom(lease!):
                    break;
                case Source.Idle when lease!.Vm.Shape == shape:
                    lock (_lock)
                    {
                        ShelfFor(shape).Leases.Add(lease.Vm, holder, Now);
                        _reused++;
                    }

                    return lease.Vm;
                default:
                    lease!.Vm.Dispose();
                    return MakeFor(shape, holder);
            }
        }
    }

    /// <inheritdoc />
    void IMicroVmSource.Return(MicroVm vm, bool isSound)
    {
        lock (_lock)
        {
            Shelf shelf = ShelfFor(vm.Shape);
            shelf.Leases.Remove(vm);
            if (isSound && !_disposed && _live <= _options.MaximumLive)
            {
                shelf.Free.Push(vm);
                return;
            }

            _live--;
        }

        vm.Dispose();
    }

    /// <summary>
    /// Frees all micro-VMs that no sandbox has. Sandboxes that have one keep it, and free it when they go; those that are parked cannot be called any more.
    /// </summary>
    public void Dispose()
    {
        _parkTimer?.Dispose();
        List<MicroVm> free = [];
        Task[] fillers;
        lock (_lock)
        {
            _disposed = true;
            fillers = [.. _shelves.Values.Select(static shelf => shelf.Filler).OfType<Task>()];
            foreach (Shelf shelf in _shelves.Values)
            {
                shelf.Stock = null;
                while (shelf.Free.TryPop(out MicroVm? vm)) free.Add(vm);
            }

            _live -= free.Count;
        }

        foreach (MicroVm vm in free) vm.Dispose();
        Task.WaitAll(fillers); // each frees the one that it is making
    }

    // A count is taken before a machine is made, so that no two make the last one.
    private Source Choose(MicroVmShape shape, IMicroVmHolder holder, int attempt, out MicroVm? vm, out Lease? lease)
    {
        lease = null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Shelf shelf = ShelfFor(shape);
            if (shelf.Free.TryPop(out vm))
            {
                shelf.Leases.Add(vm, holder, Now);
                _reused++;
                FillSoon(shape, shelf);
                ReserveSoon(shape, shelf);
                return Source.Free;
            }

            if (_live < _options.MaximumLive)
            {
                _live++;
                return Source.New;
            }

            if (_shelves.Values.FirstOrDefault(static other => other.Free.Count > 0) is { } other)
            {
                vm = other.Free.Pop();
                return Source.OtherShape;
            }

            // Each that turns out to be busy goes to the end of the order: who has asked as many as there are has asked all.
            lease = attempt < _live ? OldestOf(shelf) ?? OldestOfAll() : null;
            ReserveSoon(shape, shelf);
            if (lease is not null) return Source.Idle;
            _live++;
            return Source.New;
        }
    }

    // Of the same shape if there is one: then nothing is made and nothing freed.
    private static Lease? OldestOf(Shelf shelf) => shelf.Leases.FindOldest();

    private Lease? OldestOfAll() => _shelves.Values.Select(OldestOf).OfType<Lease>().Min();

    private bool TryTakeFrom(Lease lease)
    {
        bool taken = lease.Holder.TryPark(lease.Vm);
        lock (_lock)
        {
            LeaseBook leases = ShelfFor(lease.Vm.Shape).Leases;
            if (!taken)
            {
                leases.Postpone(lease, Now);
                return false;
            }

            leases.Remove(lease.Vm);
            _parked++;
            SandboxMeter.PoolParked.Add(1);
            return true;
        }
    }

    private MicroVm MakeFor(MicroVmShape shape, IMicroVmHolder holder)
    {
        MicroVm vm = Make(shape);
        lock (_lock) ShelfFor(shape).Leases.Add(vm, holder, Now);
        return vm;
    }

    private MicroVm Make(MicroVmShape shape)
    {
        try
        {
            MicroVm vm = MicroVm.Create(shape);
            Interlocked.Increment(ref _created);
            SandboxMeter.PoolCreated.Add(1);
            return vm;
        }
        catch
        {
            lock (_lock) _live--;
            throw;
        }
    }

    private Shelf ShelfFor(MicroVmShape shape)
    {
        if (_shelves.TryGetValue(shape, out Shelf? shelf)) return shelf;
        shelf = new Shelf();
        _shelves.Add(shape, shelf);
        return shelf;
    }

    private enum Source
    {
        Free,
        New,
        OtherShape,
        Idle,
    }
}
