using SandboxActors.Core.Machines;

namespace SandboxActors.Core.Pooling;

/// <summary>
/// The micro-VMs that sandboxes have, in the order of use. Sandboxes note their own use, without a lock and without telling anybody; so the order here is that
/// of some moment before, and is put right where it is looked at: at its head. Under the pool's lock.
/// </summary>
internal sealed class LeaseBook
{
    private readonly SortedSet<Lease> _byUse = [];
    private readonly Dictionary<MicroVm, Lease> _byVm = [];
    private long _lastNumber;

    public int Count => _byVm.Count;

    public void Add(MicroVm vm, IMicroVmHolder holder, long now)
    {
        var lease = new Lease(vm, holder, ++_lastNumber, now);
        _byUse.Add(lease);
        _byVm.Add(vm, lease);
    }

    /// <summary>Forgets a lease, if there is one.</summary>
    public void Remove(MicroVm vm)
    {
        if (_byVm.Remove(vm, out Lease? lease)) _byUse.Remove(lease);
    }

    /// <summary>The lease that was used least recently.</summary>
    public Lease? FindOldest()
    {
        while (_byUse.Min is { } first)
        {
            long lastUsed = first.Holder.LastUsed;
            if (lastUsed <= first.LastUsed) return first;
            Move(first, lastUsed);
        }

        return null;
    }

    /// <summary>Has a lease count as used at a time: its holder is busy.</summary>
    public void Postpone(Lease lease, long now)
    {
        if (_byVm.TryGetValue(lease.Vm, out Lease? present) && present == lease) Move(lease, now);
    }

    private void Move(Lease lease, long lastUsed)
    {
        _byUse.Remove(lease);
        lease.LastUsed = lastUsed;
        _byUse.Add(lease);
    }
}
