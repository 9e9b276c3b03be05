using System.Globalization;
using System.Text;
using CsCheck;
using SandboxActors.Core.Debugging;

namespace SandboxActors.Core.Tests;

/// <summary>Packets are found in whatever bytes come in, and nothing else is.</summary>
public sealed class PacketParserSpec
{
    [Fact]
    public void What_is_encoded_is_parsed()
    {
        Gen.Char['\0', '\u007f'].Array[0, 200].Sample(characters =>
        {
            string body = new(characters);
            RemoteInput input = Assert.Single(Parse(PacketStream.Encode(body)));
            Assert.Equal((RemoteInputKind.Packet, body), (input.Kind, Encoding.ASCII.GetString(input.Body.Span)));
        });
    }

    [Fact]
    public void Whatever_comes_first_the_packet_behind_it_is_found_once_a_packet_has_ended()
    {
        Gen.Byte.Array[0, 300].Sample(noise =>
        {
            byte[] all = [.. noise, .. "#00"u8, .. PacketStream.Encode("qC")];
            RemoteInput last = Parse(all)[^1];
            Assert.Equal((RemoteInputKind.Packet, "qC"), (last.Kind, Encoding.ASCII.GetString(last.Body.Span)));
        });
    }

    [Theory]
    [InlineData("$qC#b4", RemoteInputKind.Packet)]
    [InlineData("$qC#B4", RemoteInputKind.Packet)]
    [InlineData("$$qC#b4", RemoteInputKind.Packet)]
    [InlineData("$qC#b5", RemoteInputKind.DamagedPacket)]
    [InlineData("$qC#b?", RemoteInputKind.DamagedPacket)]
    [InlineData("$q}#ee", RemoteInputKind.DamagedPacket)] // an escape of nothing
    [InlineData("\u0003", RemoteInputKind.Interrupt)]
    [InlineData("-", RemoteInputKind.NotReceived)]
    public void One_input_is_what_it_is(string characters, object kind) => Assert.Equal((RemoteInputKind)kind, Assert.Single(Parse(Encoding.Latin1.GetBytes(characters))).Kind);

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("#b4")]
    [InlineData("$qC")]
    [InlineData("$qC#b")]
    public void What_is_no_input_is_none(string characters) => Assert.Empty(Parse(Encoding.Latin1.GetBytes(characters)));

    [Theory]
    [InlineData(PacketParser.MaximumLength, RemoteInputKind.Packet)]
    [InlineData(PacketParser.MaximumLength + 1, RemoteInputKind.DamagedPacket)]
    [InlineData(1_000_000, RemoteInputKind.DamagedPacket)]
    public void A_packet_is_as_long_as_it_may_be_and_no_longer(int length, object kind)
    {
        string sum = ((byte)('m' * length)).ToString("x2", CultureInfo.InvariantCulture);
        Assert.Equal((RemoteInputKind)kind, Assert.Single(Parse(Encoding.ASCII.GetBytes($"${new string('m', length)}#{sum}"))).Kind);
    }

    private static List<RemoteInput> Parse(ReadOnlySpan<byte> bytes)
    {
        var parser = new PacketParser();
        List<RemoteInput> inputs = [];
        foreach (byte value in bytes)
            if (parser.TryComplete(value, out RemoteInput input)) inputs.Add(input with { Body = input.Body.ToArray() });
        return inputs;
    }
}
