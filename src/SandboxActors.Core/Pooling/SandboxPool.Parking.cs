using SandboxActors.Core.Machines;
using SandboxActors.Core.Pooling;

namespace SandboxActors.Core;

// Sandboxes that are parked before anybody needs their micro-VMs: those that nobody has used for some time, and, where all micro-VMs are in use, the least
// recently used few, so that who needs one seldom has to wait for a sandbox to be parked.
public sealed partial class SandboxPool
{
    // An eighth of what there may be: so those that are parked too early are the ones that would be next.
    private const int ReserveShare = 8;
    private const int LargestReserve = 64;

    private int Reserve => Math.Min(_options.MaximumLive / ReserveShare, LargestReserve);

    // Under the lock. One at a time for each shape; it is called again when half of what it has laid by is gone.
    private void ReserveSoon(MicroVmShape shape, Shelf shelf)
    {
        if (shelf.IsReserving || _live < _options.MaximumLive || shelf.Free.Count > Reserve / 2 || Reserve == 0) return;
        shelf.IsReserving = true;
        ThreadPool.UnsafeQueueUserWorkItem(static work => work.Pool.LayBy(work.Shape), (Pool: this, Shape: shape), preferLocal: false);
    }

    private void LayBy(MicroVmShape shape)
    {
        // Each that is busy goes to the end of the order, so as many attempts as there are micro-VMs have asked all.
        for (int attempt = 0; FindForReserve(shape, attempt) is { } lease; attempt++)
            if (TryTakeFrom(lease)) PutBack(lease.Vm);
    }

    private Lease? FindForReserve(MicroVmShape shape, int attempt)
    {
        lock (_lock)
        {
            Shelf shelf = ShelfFor(shape);
            bool goesOn = !_disposed && attempt < _options.MaximumLive && _live >= _options.MaximumLive && shelf.Free.Count < Reserve;
            Lease? oldest = goesOn ? OldestOf(shelf) : null;
            shelf.IsReserving = oldest is not null;
            return oldest;
        }
    }

    private void ParkIdle()
    {
        long now = Now;
        while (FindIdle(now) is { } lease)
            if (TryTakeFrom(lease)) PutBack(lease.Vm); // one that is busy counts as used now, so it is not found again
    }

    private Lease? FindIdle(long now)
    {
        lock (_lock)
        {
            if (_disposed) return null;
            return OldestOfAll() is { } oldest && _options.Clock.GetElapsedTime(oldest.LastUsed, now) >= _options.ParkAfter ? oldest : null;
        }
    }

    private void PutBack(MicroVm vm)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                ShelfFor(vm.Shape).Free.Push(vm);
                return;
            }

            _live--;
        }

        vm.Dispose();
    }
}
