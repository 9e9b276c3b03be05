using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>One machine: a VM with its memory slots and tables, its vCPU, and the gate through which runs are broken off.</summary>
internal sealed partial class KvmMachine : IVirtualMachine
{
    private readonly KvmFeatures _features;
    private readonly KvmProfile _profile;
    private readonly KvmVm _vm;
    private readonly MachineTables _tables;
    private readonly KvmVcpu _vcpu;
    private readonly RunGate _gate = new();
    private readonly SlotTable _slots = new();
    private readonly SystemImage _systemImage;

    private KvmMachine(KvmFeatures features, KvmProfile profile, KvmVm vm, MachineTables tables, KvmVcpu vcpu, SystemImage systemImage)
    {
        _features = features;
        _profile = profile;
        _vm = vm;
        _tables = tables;
        _vcpu = vcpu;
        _systemImage = systemImage;
    }

    /// <summary>The vCPU's descriptor: for the benchmark that enters the guest with nothing but KVM_RUN.</summary>
    internal int VcpuDescriptor => (int)_vcpu.Handle.DangerousGetHandle();

    /// <summary>How many shadow pages KVM has dropped of this machine; zero if it does not say.</summary>
    internal ulong ShadowPagesDropped => _vm.ReadStatistic("mmu_shadow_zapped") ?? 0;

    /// <summary>Makes a machine at rest.</summary>
    /// <exception cref="ArgumentException">A port that cannot be opened.</exception>
    /// <exception cref="MachineException">The system refused; nothing is left behind.</exception>
    public static KvmMachine Create(KvmSystem system, KvmFeatures features, KvmProfile profile, MachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SystemImage systemImage = SystemImage.For(options.OpenPorts);
        LimitWatch.Process.BeforeMachine();
        KvmVm? vm = null;
        MachineTables? tables = null;
        KvmVcpu? vcpu = null;
        try
        {
            vm = system.CreateVm(features);
            int systemSlot = SlotTable.Count;
            KvmVm mapped = vm;
            tables = MachineTables.Create(
                systemImage, options.Arena, (start, block, isReadOnly) => mapped.SetMemory(systemSlot++, start, block, isReadOnly ? KvmConstants.KVM_MEM_READONLY : 0));
            vcpu = vm.CreateVcpu();
            if (KvmVmHandle.Count > profile.TrimsFrom) ShadowReserve.Trim(vcpu, tables, profile.InitialState);
            var machine = new KvmMachine(features, profile, vm, tables, vcpu, systemImage);
            if (profile.StartsAtRest) machine._held = profile.InitialState.ExtendedState;
            machine.WriteState(profile.InitialState);
            return machine;
        }
        catch
        {
            vcpu?.Dispose();
            vm?.Dispose();
            tables?.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Interrupt() => _gate.Request();

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_gate.Close()) return;
        // The vCPU keeps the VM, and the VM the memory, until a call that is still inside has returned.
        _vcpu.Dispose();
        _vm.Dispose();
        _tables.Dispose();
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_gate.IsClosed, this);
}
