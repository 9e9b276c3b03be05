using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// What of a vCPU is a guest's own: all that code at CPL3 can write. The rest (control registers, tables, code and stack segment, debug and
/// model-specific registers) is the machine's, which gives it to a new vCPU; so a saved state fits machines that differ in it, and a file can bring a
/// guest to nothing that the guest could not have come to by itself.
/// </summary>
internal static class GuestOwnedState
{
    // CF, PF, AF, ZF, SF, TF, DF, OF, NT, RF, AC, ID.
    private const ulong GuestFlags = 0x25_4DD5;
    private const int PrivilegeBits = 3;

    // The first address that is not canonical with 48 bits.
    private const ulong LowerHalfEnd = 1UL << 47;

    /// <summary>What is wrong with a state that was not read from a machine, or null.</summary>
    public static string? FindImpossible(VcpuState state)
    {
        if (state.General.Rip >= GuestAddressSpace.End.Value) return "its instruction pointer lies where guests have no memory";
        if (!IsCanonical(state.Special.Fs.Base) || !IsCanonical(state.Special.Gs.Base)) return "a segment base is no address";
        return ExtendedStateImage.IsPossible(state.ExtendedState.AsSpan()) ? null : "its vector registers are in a state that no processor has";
    }

    /// <summary>What keeps a guest from going on on a vCPU, or null.</summary>
    /// <param name="saved">What its vCPU held.</param>
    /// <param name="pristine">What the new one holds.</param>
    /// <param name="isSameKind">Whether both are on the same hypervisor, on processors of the same maker.</param>
    public static string? FindMissing(VcpuState saved, VcpuState pristine, bool isSameKind)
    {
        if ((saved.ExtendedControl & ~pristine.ExtendedControl & ExtendedStateImage.Avx) != 0)
            return "its guest was told that it has AVX, which this machine lacks";
        if (ExtendedStateImage.HoldsMoreThanAvx(saved.ExtendedState.AsSpan()) && !(isSameKind && saved.ExtendedControl == pristine.ExtendedControl))
            return "its guest uses vector registers beyond AVX, which this machine lacks or has elsewhere";
        SpecialRegisters special = saved.Special;
        foreach (ushort selector in new[] { special.Ds.Selector, special.Es.Selector, special.Fs.Selector, special.Gs.Selector })
            if (FindSegment(selector, pristine.Special) is null) return $"its guest uses segment 0x{selector:x}, which this machine lacks";
        return null;
    }

    /// <summary>A new vCPU's state with a guest's own part.</summary>
    public static VcpuState On(VcpuState pristine, VcpuState saved)
    {
        byte[] extended = [.. pristine.ExtendedState];
        ExtendedStateImage.Carry(saved.ExtendedState.AsSpan(), saved.ExtendedControl, extended);
        SpecialRegisters own = pristine.Special;
        return pristine with
        {
            General = saved.General with { Rflags = (saved.General.Rflags & GuestFlags) | (pristine.General.Rflags & ~GuestFlags) },
            Special = own with
            {
                Ds = Segment(saved.Special.Ds, own),
                Es = Segment(saved.Special.Es, own),
                Fs = Segment(saved.Special.Fs, own),
                Gs = Segment(saved.Special.Gs, own),
            },
            ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(extended),
        };
    }

    private static SegmentRegister Segment(in SegmentRegister saved, SpecialRegisters own) => FindSegment(saved.Selector, own)!.Value with { Base = saved.Base };

    // What a processor makes of a selector: the guest's data segment, its code segment, or none.
    private static SegmentRegister? FindSegment(ushort selector, SpecialRegisters own)
    {
        if ((selector | PrivilegeBits) == own.Ss.Selector) return own.Ss with { Selector = selector };
        if ((selector | PrivilegeBits) == own.Cs.Selector) return own.Cs with { Selector = selector };
        return (selector & ~PrivilegeBits) == 0 ? new SegmentRegister { Selector = selector, Unusable = true } : null;
    }

    private static bool IsCanonical(ulong address) => address < LowerHalfEnd || address >= ~(LowerHalfEnd - 1);
}
