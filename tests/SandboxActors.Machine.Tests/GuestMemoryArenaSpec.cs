using System.Runtime.CompilerServices;
using CsCheck;

namespace SandboxActors.Machine.Tests;

public sealed class GuestMemoryArenaSpec
{
    private const ulong Page = GuestAddress.PageSize;

    [Fact]
    public void A_block_is_rounded_up_to_pages_aligned_and_zero()
    {
        using var arena = new GuestMemoryArena(64 * Page);

        using GuestMemoryBlock block = arena.Allocate(Page + 1);

        Assert.Equal(2 * Page, block.Length);
        Assert.Equal(0, block.BaseAddress % (nint)Page);
        Assert.False(block.Read(0, (int)block.Length).ContainsAnyExcept((byte)0));
        Assert.Equal(2 * Page, arena.BytesInUse);
    }

    [Fact]
    public void Nothing_of_a_former_tenant_is_left_in_a_block()
    {
        using var arena = new GuestMemoryArena(16 * Page);
        Gen.ULong[1, 5].Array[1, 4].Sample(
            sizes =>
            {
                GuestMemoryBlock[] blocks = [.. sizes.TakeWhile((_, index) => sizes.Take(index + 1).Aggregate(0UL, (sum, size) => sum + size + 1) <= 16)
                    .Select(size => arena.Allocate(size * Page))];
                foreach (GuestMemoryBlock block in blocks)
                {
                    Span<byte> bytes = block.Slice(0, (int)block.Length);
                    Assert.False(bytes.ContainsAnyExcept((byte)0));
                    bytes.Fill(0xA5);
                }

                foreach (GuestMemoryBlock block in blocks) block.Dispose();
                Assert.Equal(0UL, arena.BytesInUse);
            },
            threads: 1);
    }

    [Fact]
    public void Blocks_do_not_touch_each_other()
    {
        using var arena = new GuestMemoryArena(64 * Page);
        using GuestMemoryBlock first = arena.Allocate(Page);
        using GuestMemoryBlock second = arena.Allocate(Page);

        Assert.True(second.BaseAddress - first.BaseAddress >= 2 * (nint)Page);
    }

    [Fact]
    public void An_exhausted_arena_says_how_much_there_is_and_was_asked()
    {
        using var arena = new GuestMemoryArena(10 * Page);
        using GuestMemoryBlock block = arena.Allocate(4 * Page);

        MachineException exhausted = Assert.Throws<MachineException>(() => arena.Allocate(5 * Page));

        foreach (ulong number in new[] { 5 * Page, 4 * Page, 10 * Page })
            Assert.Contains(number.ToString(System.Globalization.CultureInfo.InvariantCulture), exhausted.Message, StringComparison.Ordinal);
        Assert.Throws<MachineException>(() => arena.Allocate(ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Allocate(0));
        using GuestMemoryBlock fits = arena.Allocate(4 * Page);
    }

    [Fact]
    public void Nothing_outside_a_block_can_be_had()
    {
        using var arena = new GuestMemoryArena(16 * Page);
        using GuestMemoryBlock block = arena.Allocate(2 * Page);
        Gen.Select(Gen.OneOf(Gen.ULong, Gen.ULong[0, 10_000]), Gen.OneOf(Gen.Int, Gen.Int[0, 10_000])).Sample((offset, length) =>
        {
            bool inside = length >= 0 && offset <= block.Length && (ulong)length <= block.Length - offset;
            Assert.Equal(inside, Record.Exception(() => { block.Slice(offset, length); }) is null);
            Assert.Equal(inside, Record.Exception(() => { block.Read(offset, length); }) is null);
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => { block.Slice(ulong.MaxValue, 2); });
    }

    [Fact]
    public void A_disposed_block_and_a_block_of_a_disposed_arena_are_refused()
    {
        var arena = new GuestMemoryArena(16 * Page);
        GuestMemoryBlock disposed = arena.Allocate(Page);
        GuestMemoryBlock orphan = arena.Allocate(Page);
        disposed.Dispose();
        disposed.Dispose();
        Assert.Equal(Page, arena.BytesInUse);

        arena.Dispose();
        arena.Dispose();

        Assert.True(disposed.IsDisposed && orphan.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => { disposed.Read(0, 1); });
        Assert.Throws<ObjectDisposedException>(() => { orphan.Slice(0, 1); });
        Assert.Throws<ObjectDisposedException>(() => arena.Allocate(1));
        orphan.Dispose();
    }

    [Fact]
    public void The_reservation_stays_until_the_last_block_has_been_given_back()
    {
        var arena = new GuestMemoryArena(16 * Page);
        GuestMemoryBlock block = arena.Allocate(Page);
        bool held = false;
        block.Owner.DangerousAddRef(ref held);

        arena.Dispose();
        block.Dispose();

        // As a hypervisor does that has the block mapped.
        Assert.Equal(0, System.Runtime.InteropServices.Marshal.ReadByte(block.BaseAddress));
        Assert.Equal(Page, arena.BytesInUse);
        block.Owner.DangerousRelease();
        Assert.Equal(0UL, arena.BytesInUse);
    }

    [Fact]
    public void A_block_that_nobody_disposed_comes_back()
    {
        using var arena = new GuestMemoryArena(16 * Page);
        Abandon(arena);

        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return arena.BytesInUse == 0;
            },
            TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Many_threads_can_take_and_give_back()
    {
        using var arena = new GuestMemoryArena(400 * Page);

        Parallel.For(0, 4, thread =>
        {
            for (int round = 0; round < 300; round++)
            {
                using GuestMemoryBlock block = arena.Allocate(((ulong)(round % 7) + 1) * Page);
                Span<byte> bytes = block.Slice(0, (int)block.Length);
                Assert.False(bytes.ContainsAnyExcept((byte)0));
                bytes.Fill((byte)(thread + 1));
                Assert.False(bytes.ContainsAnyExcept((byte)(thread + 1)));
            }
        });

        Assert.Equal(0UL, arena.BytesInUse);
    }

    [Fact]
    public void The_shared_arena_is_large_and_cannot_be_disposed()
    {
        GuestMemoryArena.Shared.Dispose();

        Assert.False(GuestMemoryArena.Shared.IsDisposed);
        Assert.InRange(GuestMemoryArena.Shared.Reservation, 1UL << 30, GuestMemoryArena.DefaultReservation);
        using GuestMemoryBlock block = GuestMemoryArena.Shared.Allocate(1);
        Assert.Equal(Page, block.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(ulong.MaxValue)]
    public void A_reservation_that_cannot_be_is_refused(ulong size) => Assert.Throws<ArgumentOutOfRangeException>(() => new GuestMemoryArena(size));

    [Fact]
    public void A_reservation_that_the_system_refuses_carries_the_error_number()
    {
        MachineException refused = Assert.Throws<MachineException>(() => new GuestMemoryArena(1UL << 62));

        Assert.Equal("mmap", refused.Operation);
        Assert.NotEqual(0, refused.Errno);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(GuestMemoryArena arena) => arena.Allocate(Page).Slice(0, 1)[0] = 1;

    [SkippableFact]
    public void A_block_shows_shared_pages_until_it_writes_to_them_and_the_next_tenant_sees_zeros()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Shared pages are there on Linux alone.");
        const int Length = 16 * GuestAddress.PageSize;
        using var arena = new GuestMemoryArena(1 << 20);
        using SharedPageFile file = SharedPageFile.TryCreate(Length)!;
        byte[] content = new byte[Length];
        Random.Shared.NextBytes(content);
        file.Write(0, content);

        GuestMemoryBlock one = arena.Allocate(Length);
        using GuestMemoryBlock other = arena.Allocate(Length);
        one.Slice(0, Length).Fill(7);
        one.MapShared(0, Length, file, 0);
        other.MapShared(GuestAddress.PageSize, GuestAddress.PageSize, file, 3 * GuestAddress.PageSize);
        Assert.True(one.Read(0, Length).SequenceEqual(content));
        one.Slice(3 * GuestAddress.PageSize, GuestAddress.PageSize).Fill(9);
        Assert.True(other.Read(GuestAddress.PageSize, GuestAddress.PageSize).SequenceEqual(content.AsSpan(3 * GuestAddress.PageSize, GuestAddress.PageSize)));
        Assert.False(other.Read(0, GuestAddress.PageSize).ContainsAnyExcept((byte)0));
        Assert.Equal(9, one.Read(3 * GuestAddress.PageSize, 1)[0]);

        one.Dispose();
        using GuestMemoryBlock next = arena.Allocate(Length);
        Assert.False(next.Read(0, Length).ContainsAnyExcept((byte)0));
        Assert.Throws<ArgumentOutOfRangeException>(() => next.MapShared(GuestAddress.PageSize, Length, file, 0));
        Assert.Throws<ObjectDisposedException>(() => one.MapShared(0, GuestAddress.PageSize, file, 0));
    }
}
