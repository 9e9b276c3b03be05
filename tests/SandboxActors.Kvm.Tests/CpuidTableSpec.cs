using CsCheck;
using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm.Tests;

public sealed class CpuidTableSpec
{
    private static readonly Gen<kvm_cpuid_entry2> AnyEntry =
        from function in Gen.OneOf(Gen.UInt[0, 32], Gen.UInt[0x8000_0000, 0x8000_0020], Gen.UInt[0x4000_0000, 0x4000_0010])
        from index in Gen.UInt[0, 20]
        from eax in Gen.UInt
        from ebx in Gen.UInt[0, 4000]
        from ecx in Gen.UInt
        from edx in Gen.UInt
        select new kvm_cpuid_entry2 { function = function, index = index, eax = eax, ebx = ebx, ecx = ecx, edx = edx };

    [Fact]
    public void A_guest_never_sees_more_than_kvm_supports_nor_a_leaf_that_is_not_on_the_list()
    {
        uint[] listed = [0, 1, 7, 0xD, 0x8000_0000, 0x8000_0001, 0x8000_0008];
        AnyEntry.Array[0, 40].Sample(supported =>
        {
            foreach (kvm_cpuid_entry2 entry in CpuidTable.Filter(supported))
            {
                Assert.Contains(entry.function, listed);
                if (entry.function is not (1 or 7 or 0x8000_0001)) continue;
                Assert.Contains(supported, other => other.function == entry.function && (entry.ecx & ~other.ecx) == 0 && (entry.edx & ~other.edx) == 0);
            }
        });
    }

    [Theory]
    [InlineData(1, 'c', 3)] // MONITOR
    [InlineData(1, 'c', 5)] // VMX
    [InlineData(1, 'c', 21)] // x2APIC
    [InlineData(1, 'c', 24)] // TSC deadline
    [InlineData(1, 'c', 31)] // hypervisor
    [InlineData(1, 'd', 9)] // APIC
    [InlineData(7, 'b', 0)] // FSGSBASE
    [InlineData(7, 'b', 16)] // AVX512F
    [InlineData(7, 'c', 3)] // PKU
    [InlineData(7, 'd', 24)] // AMX-TILE
    [InlineData(0x8000_0001, 'c', 2)] // SVM
    public void What_a_guest_must_not_use_is_hidden(uint function, char register, int bit)
    {
        var everything = new kvm_cpuid_entry2 { function = function, eax = uint.MaxValue, ebx = uint.MaxValue, ecx = uint.MaxValue, edx = uint.MaxValue };

        kvm_cpuid_entry2 seen = CpuidTable.Find(CpuidTable.Filter([everything]), function);

        uint value = register switch { 'b' => seen.ebx, 'c' => seen.ecx, _ => seen.edx };
        Assert.Equal(0u, value & (1u << bit));
        Assert.NotEqual(0u, value);
    }

    [Fact]
    public void The_highest_leaves_are_those_that_are_there()
    {
        kvm_cpuid_entry2[] supported = [new() { function = 0, eax = 0x20 }, new() { function = 0x8000_0000, eax = 0x8000_0021 }];

        Assert.Equal([0xDu, 0x8000_0008u], CpuidTable.Filter(supported).Select(entry => entry.eax));
    }

    [Theory]
    [InlineData(0xFFFF_FFFFu, 0x2E7u, 2696u)]
    [InlineData(0x7u, 0x7u, 832u)]
    [InlineData(0x67u, 0x7u, 832u)] // AVX-512 is all or nothing
    [InlineData(0x3u, 0x3u, 576u)]
    public void The_extended_state_is_all_that_can_be_restored_and_its_size_fits(uint supported, uint components, uint bytes)
    {
        kvm_cpuid_entry2[] table =
        [
            new() { function = 0xD, eax = supported, ebx = 9999, ecx = 9999, edx = 5 },
            new() { function = 0xD, index = 2, eax = 256, ebx = 576 },
            new() { function = 0xD, index = 5, eax = 64, ebx = 832 },
            new() { function = 0xD, index = 6, eax = 512, ebx = 896 },
            new() { function = 0xD, index = 7, eax = 1024, ebx = 1408 },
            new() { function = 0xD, index = 9, eax = 8, ebx = 2688 },
        ];

        kvm_cpuid_entry2 leaf = CpuidTable.Find(CpuidTable.Filter(table), 0xD);

        Assert.Equal((components, bytes, bytes, 0u), (leaf.eax, leaf.ebx, leaf.ecx, leaf.edx));
    }
}
