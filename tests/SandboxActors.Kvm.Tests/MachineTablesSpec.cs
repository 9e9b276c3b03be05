using System.Buffers.Binary;
using SandboxActors.Machine;

namespace SandboxActors.Kvm.Tests;

/// <summary>What the processor reads to find code, stack and ports. Checked byte by byte, so that it needs no KVM.</summary>
public sealed class MachineTablesSpec
{
    private const int BitmapOffset = 104;

    [Fact]
    public void The_io_bitmap_opens_four_ports_for_each_open_one_and_no_other()
    {
        byte[] segment = new byte[TaskStateSegment.Length];
        TaskStateSegment.Write(segment, new GuestAddress(0x1122_3344_5566_7788), [0x00, 0x13, 0xE0, 0xE4, 0xFC]);

        var open = Enumerable.Range(0, TaskStateSegment.PortCount).Where(port => (segment[BitmapOffset + (port / 8)] & (1 << (port % 8))) == 0).ToArray();

        Assert.Equal([0, 1, 2, 3, 0x13, 0x14, 0x15, 0x16, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xFC, 0xFD, 0xFE, 0xFF], open);
        Assert.Equal(BitmapOffset, BinaryPrimitives.ReadUInt16LittleEndian(segment.AsSpan(102)));
        Assert.Equal(0x1122_3344_5566_7788UL, BinaryPrimitives.ReadUInt64LittleEndian(segment.AsSpan(4)));
        Assert.Equal(137, segment.Length);
        Assert.Equal(0xFF, segment[^1]);
    }

    [Fact]
    public void Only_breakpoint_and_overflow_may_be_raised_by_an_instruction()
    {
        byte[] table = new byte[InterruptTable.Length];
        InterruptTable.Write(table);

        for (int vector = 0; vector < 256; vector++)
        {
            ReadOnlySpan<byte> gate = table.AsSpan(vector * 16, 16);
            ulong handler = BinaryPrimitives.ReadUInt16LittleEndian(gate) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(gate[6..]) << 16)
                | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(gate[8..]) << 32);
            Assert.Equal(ExceptionStub.EntryOf(vector).Value, handler);
            Assert.Equal(GlobalDescriptorTable.KernelCode, BinaryPrimitives.ReadUInt16LittleEndian(gate[2..]));
            Assert.Equal(0, gate[4]);
            Assert.Equal(vector is 3 or 4 ? 0xEE : 0x8E, gate[5]);
            Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(gate[12..]));
        }
    }

    [Fact]
    public void The_gdt_has_flat_64_bit_code_of_both_levels_and_the_task_state()
    {
        byte[] table = new byte[GlobalDescriptorTable.Length];
        GlobalDescriptorTable.Write(table, new GuestAddress(0x1122_3344_5566_7788));
        ulong At(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(offset));

        Assert.Equal((0UL, 0UL, 0UL), (At(0), At(8), At(0x20)));
        Assert.Equal((0x00AF_9B00_0000_FFFFUL, 0x00CF_9300_0000_FFFFUL), (At(0x10), At(0x18)));
        Assert.Equal((0x00CF_F300_0000_FFFFUL, 0x00AF_FB00_0000_FFFFUL), (At(0x28), At(0x30)));
        Assert.Equal((0x5500_8B66_7788_0088UL, 0x1122_3344UL), (At(0x38), At(0x40)));
    }

    [Fact]
    public void The_stub_has_an_out_for_every_vector_and_finds_the_vector_by_the_instruction_pointer()
    {
        byte[] page = new byte[ExceptionStub.Length];
        ExceptionStub.Write(page);

        for (int vector = 0; vector < 256; vector++)
        {
            Assert.Equal([0xE6, 0xE8, 0xF4, 0xEB, 0xFD], page[(vector * 16)..((vector * 16) + 5)]);
            foreach (ulong offset in new ulong[] { 0, 2, 15 })
            {
                Assert.True(ExceptionStub.TryGetVector(ExceptionStub.EntryOf(vector) + offset, out CpuException found));
                Assert.Equal(vector, (int)found);
            }
        }

        Assert.False(ExceptionStub.TryGetVector(SystemLayout.Stub - 1, out _));
        Assert.False(ExceptionStub.TryGetVector(SystemLayout.Stub + ExceptionStub.Length, out _));
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(1, 0u)]
    [InlineData(3, 0u)]
    [InlineData(6, 0u)]
    [InlineData(8, 9u)]
    [InlineData(9, 0u)]
    [InlineData(10, 9u)]
    [InlineData(11, 9u)]
    [InlineData(12, 9u)]
    [InlineData(13, 9u)]
    [InlineData(14, 9u)]
    [InlineData(16, 0u)]
    [InlineData(17, 9u)]
    [InlineData(19, 0u)]
    [InlineData(21, 9u)]
    public void The_frame_has_an_error_code_for_the_vectors_that_push_one(int vector, uint errorCode)
    {
        byte[] stack = new byte[ExceptionStub.FrameLength];
        for (int word = 0; word < 6; word++) BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(word * 8), (ulong)word + 9);

        GuestFault fault = ExceptionStub.ReadFrame(stack, (CpuException)vector, pageFaultAddress: 77);

        Assert.Equal(new GuestFault((CpuException)vector, errorCode, new GuestAddress(vector == 14 ? 77UL : 0), new GuestAddress(10), new GuestAddress(13)), fault);
    }

    [Fact]
    public void The_stub_s_stack_holds_one_frame_and_ends_at_the_bottom_of_its_page()
    {
        Assert.Equal(SystemLayout.Stack + 48, ExceptionStub.StackTop);
        Assert.Equal(0UL, ExceptionStub.StackTop.Value % 16);
    }
}
