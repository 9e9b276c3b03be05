using SandboxActors.Kvm;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>
/// The floor of making a sandbox: the calls of the kernel alone that a VM of the same kind takes (VM, memory slots, vCPU with its run page and its CPUID, and
/// a first run that touches as many pages as the start of the guest <c>simple</c> does), and nothing that a sandbox does besides.
/// </summary>
internal sealed class BareMachine : IDisposable
{
    private const int PagesTouched = 12;
    private const int Pages = 150;
    private static readonly KvmSystem System = KvmSystem.Open();
    private static readonly KvmFeatures Features = System.ReadFeatures();
    private static readonly KvmProfile Profile = KvmProfile.Read(System, Features);

    private readonly GuestMemoryBlock _code = GuestMemoryArena.Shared.Allocate(BareWriter.CodePage.Length);
    private readonly GuestMemoryBlock _data;
    private readonly KvmVm _vm;
    private readonly KvmVcpu _vcpu;
    private readonly MachineTables _tables;

    public BareMachine()
    {
        var range = new GuestRange(BareWriter.DataStart, Pages * GuestAddress.PageSize);
        _data = GuestMemoryArena.Shared.Allocate(range.Length);
        _data.Populate(0, PagesTouched * GuestAddress.PageSize);
        BareWriter.Assemble(PagesTouched).CopyTo(_code.Slice(0, (int)BareWriter.CodePage.Length));

        _vm = System.CreateVm(Features);
        int slot = 0;
        _tables = MachineTables.Create(SystemImage.For([0xE0]), GuestMemoryArena.Shared, (start, block, _) => _vm.SetMemory(slot++, start, block, flags: 0));
        _vm.SetMemory(slot++, BareWriter.CodePage.Start, _code, flags: 0);
        _vm.SetMemory(slot, range.Start, _data, KvmConstants.KVM_MEM_LOG_DIRTY_PAGES);
        _tables.Pages.Map(BareWriter.CodePage, MemoryAccess.Read | MemoryAccess.Execute);
        _tables.Pages.Map(range, MemoryAccess.Read | MemoryAccess.Write);
        _vcpu = _vm.CreateVcpu();
        VcpuState state = Profile.InitialState;
        var registers = new kvm_sync_regs
        {
            regs = RegisterConversion.ToNative(state.General with { Rip = BareWriter.CodePage.Start.Value }),
            sregs = RegisterConversion.ToNative(state.Special),
        };
        _vcpu.SetRegisters(ref registers);
        if (_vcpu.Enter(out RawExit exit, out _) != 0 || exit.Port != 0xE0) throw new InvalidOperationException("The bare guest did not reach its port.");
    }

    public void Dispose()
    {
        _vcpu.Dispose();
        _vm.Dispose();
        _tables.Dispose();
        _code.Dispose();
        _data.Dispose();
    }
}
