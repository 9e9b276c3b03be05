using CsCheck;

namespace SandboxActors.Machine.Tests;

public sealed class AddressSpec
{
    private static readonly Gen<GuestRange> AnyRange =
        Gen.Select(Gen.OneOf(Gen.ULong[0, 64], Gen.ULong), Gen.OneOf(Gen.ULong[0, 64], Gen.ULong))
            .Where((start, length) => start <= ulong.MaxValue - length)
            .Select((start, length) => new GuestRange(new GuestAddress(start), length));

    [Fact]
    public void Arithmetic_that_leaves_64_bits_is_refused()
    {
        Assert.Throws<OverflowException>(() => new GuestAddress(ulong.MaxValue) + 1);
        Assert.Throws<OverflowException>(() => new GuestAddress(0) - 1UL);
        Assert.Throws<OverflowException>(() => new GuestAddress(1) - new GuestAddress(2));
        Assert.Throws<OverflowException>(() => new GuestRange(new GuestAddress(2), ulong.MaxValue));
        Assert.Throws<OverflowException>(() => GuestAddress.RoundUpToPages(ulong.MaxValue));
    }

    [Fact]
    public void Rounding_gives_the_next_whole_page()
    {
        Gen.ULong[0, 1UL << 50].Sample(length =>
        {
            ulong rounded = GuestAddress.RoundUpToPages(length);
            Assert.Equal(0UL, rounded % 4096);
            Assert.InRange(rounded, length, length + 4095);
        });
    }

    [Fact]
    public void Ranges_overlap_if_and_only_if_they_share_an_address()
    {
        Gen.Select(AnyRange, AnyRange).Sample((first, second) =>
        {
            ulong start = Math.Max(first.Start.Value, second.Start.Value);
            bool share = start < first.End.Value && start < second.End.Value;
            Assert.Equal(share, first.Overlaps(second) && first.Length > 0 && second.Length > 0);
            Assert.Equal(first.Overlaps(second), second.Overlaps(first));
        });
    }

    [Fact]
    public void The_usable_addresses_leave_out_the_first_page_the_hypervisor_s_window_and_the_machine_s_own()
    {
        static bool Usable(ulong start, ulong end) => GuestAddressSpace.IsUsable(new GuestRange(new GuestAddress(start), end - start));

        Assert.True(Usable(0x1000, 0xFEC0_0000));
        Assert.True(Usable(0x1_0000_0000, 0xF_0000_0000));
        Assert.False(Usable(0x0FFF, 0x2000));
        Assert.False(Usable(0x1000, 0xFEC0_0001));
        Assert.False(Usable(0xFFFF_FFFF, 0x1_0000_1000));
        Assert.False(Usable(0xE_FFFF_F000, 0xF_0000_0001));
    }

    [Theory]
    [InlineData(0x4u, MemoryAccess.Read, false)]
    [InlineData(0x6u, MemoryAccess.Write, false)]
    [InlineData(0x7u, MemoryAccess.Write, true)]
    [InlineData(0x14u, MemoryAccess.Execute, false)]
    [InlineData(0x15u, MemoryAccess.Execute, true)]
    public void The_error_code_of_a_page_fault_says_the_access_and_whether_the_page_was_there(uint errorCode, MemoryAccess access, bool present)
    {
        var fault = new GuestFault(CpuException.PageFault, errorCode, default, default, default);

        Assert.Equal((access, present), (fault.Access, fault.PageWasPresent));
    }
}
