using System.Text;
using CsCheck;
using SandboxActors.Core.Debugging;

namespace SandboxActors.Core.Tests;

/// <summary>A packet's text is taken apart without a way to be wrong about it.</summary>
public sealed class PacketTextSpec
{
    [Fact]
    public void A_number_is_what_was_written() => Gen.ULong.Sample(number =>
    {
        var text = new PacketText(Encoding.ASCII.GetBytes($"{number:x},rest"));
        Assert.True(text.TryTakeNumber(out ulong taken));
        Assert.Equal((number, ",rest"), (taken, text.ToString()));
    });

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("10000000000000000")] // 65 bits
    [InlineData("ffffffffffffffffffffffffffffffffffff")]
    public void What_is_no_number_of_64_bits_is_not_taken(string characters)
    {
        var text = new PacketText(Encoding.ASCII.GetBytes(characters));
        Assert.False(text.TryTakeNumber(out _));
        Assert.Equal(characters, text.ToString());
    }

    [Fact]
    public void Bytes_are_whole_or_none()
    {
        Assert.Equal([0x0F, 0xA0], new PacketText("0fA0"u8).RestAsBytes());
        Assert.Null(new PacketText("0fa"u8).RestAsBytes());
        Assert.Null(new PacketText("0g"u8).RestAsBytes());
        Assert.Empty(new PacketText(""u8).RestAsBytes()!);
    }

    [Theory]
    [InlineData(0x1000, 8, 0x0FF9, 8, true)]
    [InlineData(0x1000, 8, 0x0FF8, 8, false)]
    [InlineData(0x1000, 8, 0x1007, 1, true)]
    [InlineData(0x1000, 8, 0x1008, 1, false)]
    [InlineData(0x1000, 8, 0, ulong.MaxValue, true)]
    [InlineData(ulong.MaxValue, 1, ulong.MaxValue, 1, true)]
    [InlineData(0x1000, 8, 0x1000, 0, false)]
    public void Watched_memory_is_touched_where_it_is(ulong address, int length, ulong start, ulong touched, bool overlaps) =>
        Assert.Equal(overlaps, new Watchpoint(address, length, WatchKind.Access).Overlaps(start, touched));
}
