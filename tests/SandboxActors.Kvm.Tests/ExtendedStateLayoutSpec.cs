using System.Buffers.Binary;
using System.Collections.Immutable;
using CsCheck;
using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm.Tests;

public sealed class ExtendedStateLayoutSpec
{
    private static readonly ImmutableArray<kvm_cpuid_entry2> Avx =
        [new kvm_cpuid_entry2 { function = 0xD, eax = 7 }, new kvm_cpuid_entry2 { function = 0xD, index = 2, eax = 256, ebx = 576 }];

    [Fact]
    public void The_initial_image_says_everything_explicitly()
    {
        byte[] image = new ExtendedStateLayout(Avx).CreateInitial();

        Assert.Equal(4096, image.Length);
        Assert.Equal(0x037F, BinaryPrimitives.ReadUInt16LittleEndian(image));
        Assert.Equal(0x1F80u, BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(24)));
        Assert.Equal(7UL, BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(512)));
        Assert.Equal(2 + 2 + 1, image.Count(value => value != 0));
    }

    [Fact]
    public void Without_xsave_the_image_is_that_of_fxsave_and_has_no_header()
    {
        byte[] image = new ExtendedStateLayout([]).CreateInitial();

        Assert.Equal(0x037F, BinaryPrimitives.ReadUInt16LittleEndian(image));
        Assert.Equal(0x1F80u, BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(24)));
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(512)));
    }

    [Fact]
    public void A_component_that_is_there_is_kept_and_one_that_is_left_out_becomes_its_initial_state()
    {
        var layout = new ExtendedStateLayout(Avx);
        Gen.Select(Gen.Byte.Array[4096], Gen.ULong[0, 7]).Sample((before, present) =>
        {
            BinaryPrimitives.WriteUInt64LittleEndian(before.AsSpan(512), present);
            byte[] after = [.. before];
            layout.WriteOut(after);
            byte[] initial = layout.CreateInitial();
            byte[] From(bool isPresent) => isPresent ? before : initial;

            Assert.Equal(7UL, BinaryPrimitives.ReadUInt64LittleEndian(after.AsSpan(512)));
            Assert.Equal(From((present & 1) != 0)[..24], after[..24]);
            Assert.Equal(From((present & 1) != 0)[32..160], after[32..160]);
            Assert.Equal(From((present & 2) != 0)[160..416], after[160..416]);
            Assert.Equal(From((present & 4) != 0)[576..832], after[576..832]);
            Assert.Equal(From((present & 6) != 0)[24..28], after[24..28]);
        });
    }
}
