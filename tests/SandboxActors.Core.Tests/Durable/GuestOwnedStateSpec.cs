using System.Buffers.Binary;
using CsCheck;
using SandboxActors.Core.Snapshots.Durable;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>A file brings a vCPU what a guest could have come to by itself, and nothing else.</summary>
public sealed class GuestOwnedStateSpec
{
    private const ushort Data = 0x2B;
    private const ushort Code = 0x33;
    private const ulong Avx = 4;
    private const ulong AvxAndMore = 0xE7;

    private static readonly VcpuState Pristine = State(control: 7) with
    {
        General = new GeneralRegisters { Rflags = 2, Rax = 5 },
        Special = new SpecialRegisters
        {
            Cs = new SegmentRegister { Selector = Code, PrivilegeLevel = 3, LongMode = true },
            Ss = new SegmentRegister { Selector = Data, PrivilegeLevel = 3 },
            Ds = new SegmentRegister { Selector = Data, PrivilegeLevel = 3 },
            Cr0 = 10,
            Cr3 = 13,
            Cr4 = 14,
            Efer = 15,
        },
        Debug = new DebugRegisters { Dr6 = 16 },
        ModelSpecific = [new ModelSpecificRegister(0x174, 17)],
    };

    [Fact]
    public void The_machine_keeps_what_is_its_own()
    {
        VcpuState saved = State(control: 7) with
        {
            General = new GeneralRegisters { Rax = 1, Rip = 2, Rsp = 3, Rflags = ulong.MaxValue },
            Special = new SpecialRegisters { Cs = new SegmentRegister { Selector = 0x10 }, Cr0 = 1, Cr3 = 2, Cr4 = 3, Efer = 4, ApicBase = 5 },
            Debug = new DebugRegisters { Dr7 = 6 },
            ModelSpecific = [new ModelSpecificRegister(0xC000_0082, 7)],
        };

        VcpuState state = GuestOwnedState.On(Pristine, saved);

        Assert.Equal((1UL, 2UL, 3UL), (state.General.Rax, state.General.Rip, state.General.Rsp));
        Assert.Equal(0x25_4DD7UL, state.General.Rflags); // no IF, no IOPL, no VM; bit 1 is the processor's
        Assert.Equal(Pristine.Special with { Ds = state.Special.Ds, Es = state.Special.Es, Fs = state.Special.Fs, Gs = state.Special.Gs }, state.Special);
        Assert.Equal((Pristine.Debug, Pristine.ExtendedControl), (state.Debug, state.ExtendedControl));
        Assert.Equal(Pristine.ModelSpecific, state.ModelSpecific);
    }

    [Theory]
    [InlineData(Data, false)]
    [InlineData(0x28, false)]
    [InlineData(Code, false)]
    [InlineData(0, true)]
    [InlineData(3, true)]
    public void A_data_segment_is_what_a_processor_makes_of_its_selector(ushort selector, bool unusable)
    {
        VcpuState saved = State(control: 0) with { Special = new SpecialRegisters { Fs = new SegmentRegister { Selector = selector, Base = 0x1234 } } };

        SegmentRegister fs = GuestOwnedState.On(Pristine, saved).Special.Fs;

        Assert.Equal((selector, 0x1234UL, unusable), (fs.Selector, fs.Base, fs.Unusable));
        Assert.Equal(unusable ? 0 : 3, fs.PrivilegeLevel);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x18)]
    [InlineData(0x38)]
    [InlineData(0xFFFF)]
    public void A_segment_that_a_guest_cannot_load_is_refused(ushort selector)
    {
        VcpuState saved = State(control: 0) with { Special = new SpecialRegisters { Ds = new SegmentRegister { Selector = selector } } };

        Assert.Contains("segment", GuestOwnedState.FindMissing(saved, Pristine, isSameKind: true), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_guest_was_told_that_it_has_must_be_there()
    {
        VcpuState withAvx = State(Avx | 3), withMore = State(AvxAndMore), without = State(control: 0);
        VcpuState pristineWithout = Pristine with { ExtendedControl = 0 }, pristineWithMore = Pristine with { ExtendedControl = AvxAndMore };

        Assert.Null(GuestOwnedState.FindMissing(withAvx, Pristine, isSameKind: false));
        Assert.Null(GuestOwnedState.FindMissing(without, Pristine, isSameKind: false));
        Assert.Null(GuestOwnedState.FindMissing(withMore, Pristine, isSameKind: false)); // nothing is in use that it was not told of
        Assert.Contains("AVX", GuestOwnedState.FindMissing(withAvx, pristineWithout, isSameKind: true), StringComparison.Ordinal);

        byte[] image = [.. withMore.ExtendedState];
        image[1152] = 1;
        VcpuState usesMore = withMore with { ExtendedState = [.. image] };
        Assert.Null(GuestOwnedState.FindMissing(usesMore, pristineWithMore, isSameKind: true));
        Assert.NotNull(GuestOwnedState.FindMissing(usesMore, pristineWithMore, isSameKind: false));
        Assert.NotNull(GuestOwnedState.FindMissing(usesMore, Pristine, isSameKind: true));
    }

    [Fact]
    public void Registers_are_carried_over_and_nothing_else() => Gen.Select(Gen.Byte.Array[4096], Gen.Byte.Array[4096], Gen.ULong[0, 7], Gen.Bool).Sample(
        (from, to, present, legacy) =>
        {
            BinaryPrimitives.WriteUInt64LittleEndian(from.AsSpan(512), present);
            from.AsSpan(832).Clear();
            byte[] before = [.. to];
            ExtendedStateImage.Carry(from.AsSpan(0, 832), legacy ? 0UL : 7UL, to);
            bool x87 = legacy || (present & 1) != 0, sse = legacy || (present & 2) != 0, avx = (present & 4) != 0;

            Assert.Equal((x87 ? from : before)[..24], to[..24]);
            Assert.Equal((sse || avx ? from : before)[24..28], to[24..28]);
            Assert.Equal(before[28..32], to[28..32]);
            Assert.Equal((x87 ? from : before)[32..160], to[32..160]);
            Assert.Equal((sse ? from : before)[160..416], to[160..416]);
            Assert.Equal(before[416..576], to[416..576]);
            Assert.Equal((avx ? from : before)[576..832], to[576..832]);
            Assert.Equal(before[832..], to[832..]);
        });

    [Fact]
    public void Zeros_behind_are_left_out_and_come_back() => Gen.Int[0, 4096].Sample(length =>
    {
        byte[] image = new byte[4096];
        if (length > 0) image[length - 1] = 1;
        byte[] written = ExtendedStateImage.WithoutZerosBehind(image);
        Assert.Equal(Math.Max(length, 576), written.Length);
        byte[] whole = [.. written, .. new byte[4096 - written.Length]];
        Assert.Equal(image, whole);
    });

    private static VcpuState State(ulong control) => new()
    {
        General = default,
        Special = new SpecialRegisters(),
        ExtendedState = [.. new byte[4096]],
        ExtendedControl = control,
        Debug = default,
        ModelSpecific = [],
    };
}
