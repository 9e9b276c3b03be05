using System.Collections.Immutable;

namespace SandboxActors.Machine;

/// <summary>
/// Everything that a vCPU holds; immutable. Change a part with <c>with</c>: <c>state with { General = state.General with { Rip = entry } }</c>.
/// Two states are equal if every part is, bytes of the extended state included.
/// </summary>
public sealed record VcpuState
{
    /// <summary>The general registers.</summary>
    public required GeneralRegisters General { get; init; }

    /// <summary>Segments and control registers.</summary>
    public required SpecialRegisters Special { get; init; }

    /// <summary>x87, SSE, AVX: an XSAVE image in the standard format (Intel SDM volume 1, section 13.4), at least 576 bytes.</summary>
    public required ImmutableArray<byte> ExtendedState { get; init; }

    /// <summary>XCR0: the parts of the extended state that are switched on. Zero where the processor has no XSAVE.</summary>
    public required ulong ExtendedControl { get; init; }

    /// <summary>The debug registers.</summary>
    public required DebugRegisters Debug { get; init; }

    /// <summary>The model-specific registers that the hypervisor keeps, in the hypervisor's order.</summary>
    public required ImmutableArray<ModelSpecificRegister> ModelSpecific { get; init; }

    /// <summary>Whether every part is equal.</summary>
    public bool Equals(VcpuState? other) =>
        other is not null
        && General == other.General
        && Special == other.Special
        && ExtendedControl == other.ExtendedControl
        && Debug == other.Debug
        && ExtendedState.AsSpan().SequenceEqual(other.ExtendedState.AsSpan())
        && ModelSpecific.AsSpan().SequenceEqual(other.ModelSpecific.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(General, Special, ExtendedControl, Debug);
}
