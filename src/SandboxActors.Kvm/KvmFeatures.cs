using System.Collections.Immutable;
using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm;

/// <summary>What the KVM at hand can do; found out once, when it is opened.</summary>
internal sealed record KvmFeatures
{
    /// <summary>The size of a vCPU's run page in bytes.</summary>
    public required int RunPageSize { get; init; }

    /// <summary>Whether the dirty log can be read without clearing it, so that pages stay writable.</summary>
    public required bool HasManualDirtyLog { get; init; }

    /// <summary>Whether the VM wants an address for the pages that older Intel processors need.</summary>
    public required bool HasTaskStateAddress { get; init; }

    /// <summary>Whether the time stamp counter's frequency can be asked for.</summary>
    public required bool HasTimestampCounterFrequency { get; init; }

    /// <summary>Whether it says what it counts of a VM: <see cref="KvmStatistics"/>.</summary>
    public required bool HasStatistics { get; init; }

    /// <summary>The number of memory slots a VM can have.</summary>
    public required int MemorySlotCount { get; init; }

    /// <summary>What CPUID shall answer.</summary>
    public required ImmutableArray<kvm_cpuid_entry2> Cpuid { get; init; }

    /// <summary>What an XSAVE image holds.</summary>
    public required ExtendedStateLayout ExtendedState { get; init; }
}
