using CsCheck;
using SandboxActors.Core.Image;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>What a guest file must be, and that every other one is named for what is wrong with it.</summary>
public sealed class GuestImageSpec
{
    [Fact]
    public void A_right_file_is_read()
    {
        var elf = new ElfBuilder();
        elf.Segments.Add(new ElfBuilder.Segment(1, 6, 0x2000, 0x40_2010, 8, 10_000));
        byte[] file = elf.Build();
        file[0x2000] = 0x77;

        var image = GuestImage.FromBytes(file, "small");
        Assert.Equal("small", image.Name);
        Assert.Equal(new GuestAddress(0x40_0000), image.Entry);
        Assert.Equal(2, image.Segments.Count);
        Assert.Equal(MemoryAccess.Read | MemoryAccess.Execute, image.Segments[0].Access);
        Assert.Equal(MemoryAccess.Read | MemoryAccess.Write, image.Segments[1].Access);
        Assert.Equal(new GuestRange(new GuestAddress(0x40_2000), 3 * 4096), image.Segments[1].Pages);
        Assert.Equal(0x77, image.Segments[1].Content.Span[0x10]);
    }

    [Fact]
    public void A_missing_file_is_named() => Refused("there is no such file", () => GuestImage.FromFile("/no/such/guest.elf"));

    [Fact]
    public void A_folder_is_no_guest() => Refused("cannot be read", () => GuestImage.FromFile(Path.GetTempPath()));

    [Fact]
    public void An_empty_file_is_no_elf() => Refused("not an ELF file", []);

    [Fact]
    public void A_script_is_no_elf() => Refused("not an ELF file", "#!/bin/sh\n"u8.ToArray());

    [Fact]
    public void A_file_cut_inside_its_header_is_truncated() => Refused("truncated", new ElfBuilder().Build()[..40]);

    [Fact]
    public void A_file_cut_inside_its_program_headers_is_truncated() => Refused("truncated", new ElfBuilder().Build()[..100]);

    [Fact]
    public void A_file_cut_inside_a_segment_is_truncated() => Refused("truncated", new ElfBuilder().Build()[..0x1008]);

    [Fact]
    public void A_32_bit_file_is_refused() => Refused("32-bit", e => e.Class = 1);

    [Fact]
    public void A_big_endian_file_is_refused() => Refused("big-endian", e => e.Endianness = 2);

    [Fact]
    public void A_file_for_another_cpu_is_refused() => Refused("another CPU (ELF machine 183", e => e.Machine = 183);

    [Fact]
    public void A_position_independent_file_is_refused() => Refused("position-independent", e => e.Type = 3);

    [Fact]
    public void An_object_file_is_refused() => Refused("not an executable", e => e.Type = 1);

    [Fact]
    public void A_dynamically_linked_file_is_refused() => Refused("dynamically linked", e => e.Segments.Add(new(3, 4, 0x1000, 0x50_0000, 1, 1)));

    [Fact]
    public void A_file_without_segments_is_refused() => Refused("no loadable segment", e => e.Segments.Clear());

    [Fact]
    public void Overlapping_segments_are_refused() => Refused("overlap", e => e.Segments.Add(new(1, 4, 0x1000, 0x40_0800, 16, 16)));

    [Fact]
    public void A_writable_and_executable_segment_is_refused() => Refused("writable and executable", e => e.Segments[0] = e.Segments[0] with { Flags = 7 });

    [Fact]
    public void A_segment_without_permissions_is_refused() => Refused("may not even be read", e => e.Segments[0] = e.Segments[0] with { Flags = 0 });

    [Fact]
    public void An_absurdly_large_segment_is_refused() => Refused("absurdly large", e => e.Segments[0] = e.Segments[0] with { MemorySize = 1UL << 40 });

    [Fact]
    public void Segments_that_are_absurdly_large_together_are_refused_before_they_are_copied()
    {
        // A hundred segments that all show the same 8 MiB of the file: copied first and compared afterwards they would cost the host 800 MiB.
        var elf = new ElfBuilder();
        for (int i = 0; i < 100; i++) elf.Segments.Add(new(1, 6, 0x1000, 0x80_0000, 8 << 20, 8 << 20));
        byte[] file = elf.Build(0x1000 + (8 << 20));

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("absurdly large", Assert.Throws<GuestImageException>(() => GuestImage.FromBytes(file)).Problem);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (long)ElfReader.MaximumImageSize + (1 << 20));
    }

    [Fact]
    public void Segments_absurdly_far_apart_are_refused() => Refused("absurdly large", e => e.Segments.Add(new(1, 6, 0x1000, 0x3000_0000, 16, 16)));

    [Fact]
    public void A_segment_longer_in_the_file_than_in_memory_is_refused() => Refused("larger in the file", e => e.Segments[0] = e.Segments[0] with { MemorySize = 8 });

    [Fact]
    public void A_segment_below_the_image_space_is_refused() => Refused("lies outside", e => e.Segments[0] = e.Segments[0] with { Address = 0x1000 });

    [Fact]
    public void A_segment_that_wraps_around_is_refused() => Refused("lies outside", e => e.Segments[0] = e.Segments[0] with { Address = ulong.MaxValue - 4 });

    [Fact]
    public void An_entry_outside_is_refused() => Refused("entry", e => e.Entry = 0x50_0000);

    [Fact]
    public void An_entry_in_data_is_refused()
    {
        Refused("entry", e =>
        {
            e.Segments.Add(new(1, 6, 0x1000, 0x41_0000, 16, 16));
            e.Entry = 0x41_0000;
        });
    }

    [Fact]
    public void Program_headers_of_another_size_are_refused() => Refused("program headers are 32 bytes", e => e.ProgramHeaderSize = 32);

    [Fact]
    public void Too_many_program_headers_are_refused() => Refused("program headers", e => e.ProgramHeaderCount = 60_000);

    [Fact]
    public void No_file_however_damaged_throws_anything_else_or_loads_outside_its_space()
    {
        byte[] good = new ElfBuilder { Segments = { new ElfBuilder.Segment(1, 6, 0x2000, 0x40_2000, 64, 5000) } }.Build();
        Gen<(int Position, byte Value)> change = Gen.Select(Gen.Int[0, 64 + (2 * 56) - 1], Gen.Byte);
        change.Array[1, 6].Sample(
            changes =>
            {
                byte[] file = (byte[])good.Clone();
                foreach ((int position, byte value) in changes) file[position] = value;
                try
                {
                    var image = GuestImage.FromBytes(file);
                    return ElfReader.ImageSpace.Contains(image.Pages) && image.Segments.All(s => (ulong)s.Content.Length <= s.Pages.Length);
                }
                catch (GuestImageException)
                {
                    return true;
                }
            },
            iter: 200_000);
    }

    private static void Refused(string because, Action<ElfBuilder> change)
    {
        var elf = new ElfBuilder();
        change(elf);
        Refused(because, elf.Build());
    }

    private static void Refused(string because, byte[] file) => Refused(because, () => GuestImage.FromBytes(file));

    private static void Refused(string because, Action read)
    {
        GuestImageException refused = Assert.Throws<GuestImageException>(read);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }
}
