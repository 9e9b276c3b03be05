using System.Collections.Immutable;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>What only a live vCPU tells; found out once, when KVM is opened, with a VM made for it.</summary>
internal sealed record KvmProfile
{
    // SYSENTER_CS, _ESP, _EIP; PAT; STAR, LSTAR, CSTAR, SFMASK; KERNEL_GS_BASE; TSC_AUX: registers that a vCPU has for itself and that hold still.
    private static readonly uint[] Candidates =
        [0x174, 0x175, 0x176, 0x277, 0xC000_0081, 0xC000_0082, 0xC000_0083, 0xC000_0084, 0xC000_0102, 0xC000_0103];

    /// <summary>The numbers of the model-specific registers that this KVM can read and write.</summary>
    public required ImmutableArray<uint> ModelSpecificIndices { get; init; }

    /// <summary>How fast the time stamp counter runs, in kHz; zero if KVM does not say.</summary>
    public required uint TimestampCounterKilohertz { get; init; }

    /// <summary>What the vCPU of a new machine holds: one object for all of them.</summary>
    public required VcpuState InitialState { get; init; }

    /// <summary>Whether the extended state of a new vCPU is the initial one, so that nobody has to write it.</summary>
    public required bool StartsAtRest { get; init; }

    /// <summary>Whether a guest that is restored can load its extended state by itself: <see cref="KvmMachine.CanLoadExtendedState"/>.</summary>
    public bool LoadsExtendedState { get; init; }

    /// <summary>How many machines the process must have for a new one to be made smaller: <see cref="ShadowReserve"/>. Never, if there is no gain in it.</summary>
    public int TrimsFrom { get; init; } = int.MaxValue;

    /// <summary>Makes a VM, asks it, and disposes it.</summary>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public static KvmProfile Read(KvmSystem system, KvmFeatures features)
    {
        using KvmVm vm = system.CreateVm(features);
        using KvmVcpu vcpu = vm.CreateVcpu();
        vcpu.Settle(out kvm_sync_regs registers);
        ImmutableArray<ModelSpecificRegister> modelSpecific =
            [.. Candidates.Select(index => TryReadAndWrite(vcpu.Handle, index)).OfType<ModelSpecificRegister>()];
        VcpuState initial = Kvm.InitialState.Create(features, registers.sregs.apic_base, modelSpecific);
        ImmutableArray<byte> extended = VcpuStateAccess.ReadExtendedState(vcpu.Handle, features.ExtendedState);
        return new KvmProfile
        {
            ModelSpecificIndices = [.. modelSpecific.Select(register => register.Index)],
            InitialState = initial,
            StartsAtRest = extended.AsSpan().SequenceEqual(initial.ExtendedState.AsSpan()),
            TimestampCounterKilohertz = features.HasTimestampCounterFrequency
                ? (uint)KvmIoctl.Call(vcpu.Handle, KvmRequests.KVM_GET_TSC_KHZ, "KVM_GET_TSC_KHZ")
                : 0,
        };
    }

    private static ModelSpecificRegister? TryReadAndWrite(KvmVcpuHandle vcpu, uint index)
    {
        try
        {
            ModelSpecificRegister register = VcpuStateAccess.ReadModelSpecific(vcpu, [index])[0];
            VcpuStateAccess.WriteModelSpecific(vcpu, [register]);
            return register;
        }
        catch (MachineException refused) when (refused.Operation is "KVM_GET_MSRS" or "KVM_SET_MSRS")
        {
            // That is the answer looked for: this KVM does not keep the register for a guest, so there is nothing to restore.
            return null;
        }
    }
}
