using System.Buffers.Binary;
using CsCheck;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>Who called whom, out of a stack that the guest may have written as it liked.</summary>
public sealed class StackWalkSpec
{
    private const ulong Base = 0x50_0000;
    private static readonly GuestRange Range = new(new GuestAddress(Base), 0x1000);

    private readonly byte[] _stack = new byte[0x1000];
    private int _reads;

    [Fact]
    public void Frames_are_followed_outwards_until_there_is_no_caller()
    {
        Frame(0x100, Base + 0x200, 0x40_0001);
        Frame(0x200, Base + 0x300, 0x40_0002);
        Frame(0x300, 0, 0x40_0003);
        StackWalk walk = Walk(Base + 0x100);
        Assert.Equal<ulong>([0x40_0001UL, 0x40_0002UL, 0x40_0003UL], walk.ReturnAddresses);
        Assert.Equal(StackWalkEnd.Outermost, walk.End);
    }

    [Fact]
    public void A_return_address_of_zero_is_the_outermost()
    {
        Frame(0x100, Base + 0x200, 0x40_0001);
        Frame(0x200, 0x1234, 0);
        Assert.Equal<ulong>([0x40_0001UL], Walk(Base + 0x100).ReturnAddresses);
    }

    [Fact]
    public void A_frame_that_names_itself_ends_the_walk()
    {
        Frame(0x100, Base + 0x100, 0x40_0001);
        AssertEnds(StackWalkEnd.NotAscending, Base + 0x100, 1, Walk(Base + 0x100));
    }

    [Fact]
    public void A_loop_of_two_frames_ends_the_walk()
    {
        Frame(0x100, Base + 0x200, 0x40_0001);
        Frame(0x200, Base + 0x100, 0x40_0002);
        AssertEnds(StackWalkEnd.NotAscending, Base + 0x100, 2, Walk(Base + 0x100));
    }

    [Fact]
    public void A_frame_that_overlaps_the_one_before_ends_the_walk()
    {
        Frame(0x100, Base + 0x108, 0x40_0001);
        AssertEnds(StackWalkEnd.NotAscending, Base + 0x108, 1, Walk(Base + 0x100));
    }

    [Fact]
    public void A_misaligned_frame_ends_the_walk()
    {
        Frame(0x100, Base + 0x204, 0x40_0001);
        AssertEnds(StackWalkEnd.Misaligned, Base + 0x204, 1, Walk(Base + 0x100));
    }

    [Theory]
    [InlineData(Base - 8)]
    [InlineData(Base + 0xFF8)] // its second half lies above the stack
    [InlineData(Base + 0x1000)]
    [InlineData(ulong.MaxValue - 7)]
    [InlineData(0x8000_0000_0000_0000)]
    public void A_frame_outside_the_stack_is_not_read(ulong frame)
    {
        AssertEnds(StackWalkEnd.OutsideStack, frame, 0, Walk(frame));
        Assert.Equal(0, _reads);
    }

    [Fact]
    public void A_deep_stack_is_looked_at_up_to_a_bound()
    {
        for (int at = 0; at < 0xFF0; at += 16) Frame(at, Base + (ulong)at + 16, 0x40_0001);
        StackWalk walk = Walk(Base);
        Assert.Equal(StackWalkEnd.TooDeep, walk.End);
        Assert.Equal(StackWalk.MostFrames, walk.ReturnAddresses.Length);
        Assert.Equal(StackWalk.MostFrames, _reads);
    }

    /// <summary>Stacks of noise and of frames that point anywhere: the walk reads inside the stack alone, and no more than it may.</summary>
    [Fact]
    public void No_stack_has_the_walk_read_outside_or_without_end()
    {
        Gen<ulong> pointer = Gen.OneOf(Gen.ULong, Gen.ULong[Base - 32, Base + 0x1010], Gen.ULong[0, 0x1F0].Select(i => Base + (i * 8)));
        Gen.Select(pointer, pointer.Array[512]).Sample(
            (start, words) =>
            {
                byte[] stack = new byte[words.Length * 8];
                for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(i * 8), words[i]);
                int reads = 0;
                var walk = StackWalk.Follow(start, Range, (address, copy) =>
                {
                    reads++;
                    stack.AsSpan((int)(address.Value - Base), copy.Length).CopyTo(copy); // throws outside
                });
                Assert.True(reads <= StackWalk.MostFrames && walk.ReturnAddresses.Length <= reads);
            },
            iter: 20_000);
    }

    private static void AssertEnds(StackWalkEnd end, ulong at, int frames, StackWalk walk)
    {
        Assert.Equal(end, walk.End);
        Assert.Equal(at, walk.EndedAt);
        Assert.Equal(frames, walk.ReturnAddresses.Length);
    }

    private void Frame(int offset, ulong next, ulong returnAddress)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_stack.AsSpan(offset), next);
        BinaryPrimitives.WriteUInt64LittleEndian(_stack.AsSpan(offset + 8), returnAddress);
    }

    private StackWalk Walk(ulong framePointer) => StackWalk.Follow(framePointer, Range, (address, copy) =>
    {
        _reads++;
        _stack.AsSpan((int)(address.Value - Base), copy.Length).CopyTo(copy);
    });
}
