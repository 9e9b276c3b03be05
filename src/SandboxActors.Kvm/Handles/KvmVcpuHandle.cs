using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// The descriptor of a vCPU with its run page. Keeps its VM open, so that the VM's memory stays until the vCPU can run no more. Whoever reads or
/// writes the run page counts itself in meanwhile.
/// </summary>
internal sealed class KvmVcpuHandle : FileDescriptorHandle
{
    private readonly KvmVmHandle _vm;
    private readonly bool _holdsVm;
    private MappingHandle? _runPage;

    public KvmVcpuHandle(int descriptor, KvmVmHandle vm)
        : base(descriptor)
    {
        _vm = vm;
        vm.DangerousAddRef(ref _holdsVm);
    }

    /// <summary>The page shared with the kernel, once <see cref="MapRunPage"/> has mapped it.</summary>
    // SAFETY: the mapping is at least as large as the structure, and stays as long as somebody is counted in.
    public unsafe kvm_run* RunPage => (kvm_run*)_runPage!.DangerousGetHandle();

    /// <summary>Maps the run page.</summary>
    /// <param name="size">Its size in bytes, as the kernel says.</param>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public void MapRunPage(int size)
    {
        nint address = LibC.mmap(0, (nuint)size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, this, 0);
        if (address == LibC.MAP_FAILED) throw MachineException.FromErrno("mmap of the vCPU's run page", Marshal.GetLastPInvokeError());
        _runPage = new MappingHandle(address, (nuint)size);
    }

    protected override bool ReleaseHandle()
    {
        _runPage?.Dispose();
        bool closed = base.ReleaseHandle();
        if (_holdsVm) _vm.DangerousRelease();
        return closed;
    }
}
