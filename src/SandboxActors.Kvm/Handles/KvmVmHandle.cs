using System.Runtime.InteropServices;

namespace SandboxActors.Kvm;

/// <summary>
/// The descriptor of a VM, and a count on every piece of host memory the VM has mapped. The memory is let go only after the descriptor is closed,
/// also when nobody disposed anything and the finalizers come in any order: at no time can a guest reach memory that has a new tenant.
/// </summary>
internal sealed class KvmVmHandle : FileDescriptorHandle
{
    private static int _count;

    private readonly List<SafeHandle> _memory = [];

    public KvmVmHandle(int descriptor)
        : base(descriptor) => Interlocked.Increment(ref _count);

    /// <summary>How many VMs this process has.</summary>
    public static int Count => Volatile.Read(ref _count);

    /// <summary>Counts the VM in as a user of memory.</summary>
    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public void Hold(SafeHandle memory)
    {
        bool added = false;
        memory.DangerousAddRef(ref added);
        _memory.Add(memory);
    }

    /// <summary>Counts the VM out; it must have the memory mapped no more.</summary>
    public void LetGo(SafeHandle memory)
    {
        if (_memory.Remove(memory)) memory.DangerousRelease();
    }

    protected override bool ReleaseHandle()
    {
        bool closed = base.ReleaseHandle();
        foreach (SafeHandle memory in _memory) memory.DangerousRelease();
        _memory.Clear();
        Interlocked.Decrement(ref _count);
        return closed;
    }
}
