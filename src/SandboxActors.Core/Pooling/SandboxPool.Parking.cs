using SandboxActors.Core.Machines;
using SandboxActors.Core.Pooling;

namespace SandboxActors.Core;

// Sandboxes that nobody has used for some time give their micro-VMs back.
public sealed partial class SandboxPool
{
    private void ParkIdle()
    {
        long now = Now;
        while (FindIdle(now) is { } lease)
        {
            if (!TryTakeFrom(lease)) continue; // it counts as used now, so it is not found again
            bool keep;
            lock (_lock)
            {
                keep = !_disposed;
                if (keep) ShelfFor(lease.Vm.Shape).Free.Push(lease.Vm);
                else _live--;
            }

            if (!keep) lease.Vm.Dispose();
        }
    }

    private Lease? FindIdle(long now)
    {
        lock (_lock)
        {
            if (_disposed) return null;
            return OldestOfAll() is { } oldest && _options.Clock.GetElapsedTime(oldest.LastUsed, now) >= _options.ParkAfter ? oldest : null;
        }
    }
}
