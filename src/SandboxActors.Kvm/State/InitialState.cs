using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>What a vCPU starts with: 64-bit mode at CPL3, flat segments, everything else at rest.</summary>
internal static class InitialState
{
    // PE, MP, ET, NE, WP, PG. WP: the stub cannot write to what is read-only either.
    private const ulong Cr0 = 0x1 | 0x2 | 0x10 | 0x20 | 0x1_0000 | 0x8000_0000;

    private const ulong Cr4PhysicalAddressExtension = 1 << 5;
    private const ulong Cr4Sse = (1 << 9) | (1 << 10);
    private const ulong Cr4UserModeInstructionPrevention = 1 << 11;
    private const ulong Cr4Xsave = 1 << 18;
    private const ulong Cr4SupervisorExecutionPrevention = 1 << 20;
    private const ulong Cr4SupervisorAccessPrevention = 1 << 21;

    // LME, LMA, NXE. SCE stays clear: syscall is #UD.
    private const ulong Efer = 0x100 | 0x400 | 0x800;

    private const ulong Dr6 = 0xFFFF_0FF0;
    private const ulong Dr7 = 0x400;
    private const ulong Rflags = 2;

    private const uint Lstar = 0xC000_0082;
    private const uint Cstar = 0xC000_0083;

    /// <summary>Makes the state, which is the same for all machines.</summary>
    /// <param name="features">What KVM can do.</param>
    /// <param name="apicBase">What a new vCPU has there.</param>
    /// <param name="modelSpecific">What a new vCPU has in those that this KVM keeps.</param>
    public static VcpuState Create(KvmFeatures features, ulong apicBase, ImmutableArray<ModelSpecificRegister> modelSpecific) => new()
    {
        General = new GeneralRegisters { Rflags = Rflags },
        Special = CreateSpecial(features.Cpuid, apicBase),
        ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(features.ExtendedState.CreateInitial()),
        ExtendedControl = features.ExtendedState.Components,
        Debug = new DebugRegisters { Dr6 = Dr6, Dr7 = Dr7 },
        ModelSpecific = [.. modelSpecific.Select(TrapSystemCalls)],
    };

    private static ModelSpecificRegister TrapSystemCalls(ModelSpecificRegister register) =>
        register.Index is Lstar or Cstar ? register with { Value = SystemLayout.SystemCallTrap.Value } : register;

    private static SpecialRegisters CreateSpecial(ImmutableArray<kvm_cpuid_entry2> cpuid, ulong apicBase)
    {
        kvm_cpuid_entry2 features = CpuidTable.Find(cpuid, 7);
        ulong cr4 = Cr4PhysicalAddressExtension | Cr4Sse;
        if ((CpuidTable.Find(cpuid, 1).ecx & (1 << 26)) != 0) cr4 |= Cr4Xsave;
        if ((features.ecx & (1 << 2)) != 0) cr4 |= Cr4UserModeInstructionPrevention;
        if ((features.ebx & (1 << 7)) != 0) cr4 |= Cr4SupervisorExecutionPrevention;
        if ((features.ebx & (1 << 20)) != 0) cr4 |= Cr4SupervisorAccessPrevention;

        var data = new SegmentRegister
        {
            Limit = uint.MaxValue,
            Selector = GlobalDescriptorTable.UserData,
            Type = 0b0011,
            PrivilegeLevel = 3,
            Present = true,
            DefaultSize32 = true,
            CodeOrData = true,
            Granularity = true,
        };
        return new SpecialRegisters
        {
            Cs = data with { Selector = GlobalDescriptorTable.UserCode, Type = 0b1011, DefaultSize32 = false, LongMode = true },
            Ds = data,
            Es = data,
            Fs = data,
            Gs = data,
            Ss = data,
            TaskRegister = new SegmentRegister
            {
                Base = SystemLayout.TaskState.Value,
                Limit = TaskStateSegment.Length - 1,
                Selector = GlobalDescriptorTable.TaskState,
                Type = 0b1011,
                Present = true,
            },
            LocalDescriptorTable = new SegmentRegister { Type = 0b0010, Unusable = true },
            GlobalDescriptorTable = new DescriptorTable(SystemLayout.GlobalDescriptorTable.Value, GlobalDescriptorTable.Length - 1),
            InterruptDescriptorTable = new DescriptorTable(SystemLayout.InterruptTable.Value, InterruptTable.Length - 1),
            Cr0 = Cr0,
            Cr3 = SystemLayout.PageTableRoot.Value,
            Cr4 = cr4,
            Efer = Efer,
            ApicBase = apicBase,
        };
    }
}
