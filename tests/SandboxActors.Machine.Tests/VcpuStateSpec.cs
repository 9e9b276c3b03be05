namespace SandboxActors.Machine.Tests;

public sealed class VcpuStateSpec
{
    private static VcpuState Sample() => new()
    {
        General = new GeneralRegisters { Rax = 1, Rip = 2 },
        Special = new SpecialRegisters { Cr3 = 3, Fs = new SegmentRegister { Base = 4 } },
        ExtendedState = [5, 6],
        ExtendedControl = 7,
        Debug = new DebugRegisters { Dr0 = 8 },
        ModelSpecific = [new ModelSpecificRegister(9, 10)],
    };

    [Fact]
    public void Two_states_with_equal_parts_are_equal()
    {
        Assert.Equal(Sample(), Sample());
        Assert.Equal(Sample().GetHashCode(), Sample().GetHashCode());
    }

    [Fact]
    public void A_state_that_differs_in_any_part_is_another()
    {
        VcpuState sample = Sample();
        VcpuState[] others =
        [
            sample with { General = sample.General with { Rip = 99 } },
            sample with { Special = sample.Special with { Fs = default } },
            sample with { ExtendedState = [5, 7] },
            sample with { ExtendedControl = 8 },
            sample with { Debug = default },
            sample with { ModelSpecific = [new ModelSpecificRegister(9, 11)] },
        ];

        Assert.All(others, other => Assert.NotEqual(sample, other));
        Assert.Equal(2UL, sample.General.Rip);
    }
}
