using CsCheck;
using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests;

public sealed class MessageWriterSpec
{
    private static readonly GuestLogRecord Log = new(GuestLogLevel.Error, "message", "source", "function", "file", 1);

    private readonly MessageWriter _writer = new();

    private delegate bool TryWrite(byte[] place, int room, out int length);

    /// <summary>UTF-16 units, in hexadecimal since an attribute's string cannot hold a surrogate without its partner.</summary>
    [Theory]
    [InlineData("D800")]
    [InlineData("0061 DC00 0062")]
    [InlineData("DC00 D800")]
    [InlineData("D83D DE00 D83D")]
    public void Text_with_a_surrogate_without_its_partner_is_refused_by_parameter_name(string units)
    {
        string text = Text(units);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => { _writer.WriteCall(text, GuestValueType.Void, []); }).ParamName);
        Assert.Equal("parameters", Assert.Throws<ArgumentException>(() => { _writer.WriteCall("f", GuestValueType.Void, [1, text]); }).ParamName);
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => { _writer.WriteReturn(text); }).ParamName);
        Assert.Equal("record", Assert.Throws<ArgumentException>(() => { _writer.WriteLog(Log with { File = text }); }).ParamName);
    }

    [Theory]
    [InlineData("D800", "\uFFFD")]
    [InlineData("0061 DC00 0062", "a\uFFFDb")]
    [InlineData("DC00 D800", "\uFFFD\uFFFD")]
    [InlineData("D83D DE00 D83D", "\uD83D\uDE00\uFFFD")]
    [InlineData("D83D DE00", "\uD83D\uDE00")]
    public void In_an_error_it_becomes_the_replacement_character(string units, string expected) =>
        Assert.Equal(FunctionResult.Failure(15, expected), MessageReader.ReadResult(Encode.Body(_writer.WriteError(15, Text(units)))));

    [Fact]
    public void A_call_has_a_name() =>
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => { _writer.WriteCall("", GuestValueType.Void, []); }).ParamName);

    [Fact]
    public void A_name_has_at_most_1024_bytes_of_UTF_8()
    {
        string longest = new('\u20AC', 341); // 3 bytes each
        Assert.Equal(longest + "a", MessageReader.ReadCall(Encode.Body(_writer.WriteCall(longest + "a", GuestValueType.Void, []))).Name);

        var refused = Assert.Throws<ArgumentException>(() => { _writer.WriteCall(longest + "ab", GuestValueType.Void, []); });

        Assert.Equal("name", refused.ParamName);
        Assert.Contains("1025", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_has_at_most_64_parameters()
    {
        GuestValue[] parameters = [.. Enumerable.Range(0, 65).Select(GuestValue.From)];
        Assert.Equal(64, MessageReader.ReadCall(Encode.Body(_writer.WriteCall("f", GuestValueType.Void, parameters.AsSpan(0, 64)))).Parameters.Length);

        Assert.Equal("parameters", Assert.Throws<ArgumentException>(() => { _writer.WriteCall("f", GuestValueType.Void, parameters); }).ParamName);
    }

    [Fact]
    public void A_parameter_is_not_void() =>
        Assert.Equal("parameters", Assert.Throws<ArgumentException>(() => { _writer.WriteCall("f", GuestValueType.Void, [1, default]); }).ParamName);

    [Fact]
    public void A_result_type_is_one_of_the_wires() =>
        Assert.Equal("returnType", Assert.Throws<ArgumentOutOfRangeException>(() => { _writer.WriteCall("f", (GuestValueType)10, []); }).ParamName);

    [Fact]
    public void A_log_message_has_a_level() =>
        Assert.Equal("record", Assert.Throws<ArgumentException>(() => { _writer.WriteLog(Log with { Level = GuestLogLevel.None }); }).ParamName);

    [Fact]
    public void A_message_is_at_most_256_MiB()
    {
        byte[] large = new byte[64 << 20]; // the same array four times: the message would have 256 MiB and its structure

        var refused = Assert.Throws<ArgumentException>(() => { _writer.WriteCall("f", GuestValueType.Void, [large, large, large, large]); });

        Assert.Equal("parameters", refused.ParamName);
    }

    [Fact]
    public void After_a_refusal_the_writer_writes_as_before()
    {
        byte[] before = Encode.Body(_writer.WriteCall("f", GuestValueType.Int32, [1, "text"]));
        Assert.Throws<ArgumentException>(() => { _writer.WriteCall("f", GuestValueType.Int32, [1, "\uD800"]); });

        Assert.Equal(before, Encode.Body(_writer.WriteCall("f", GuestValueType.Int32, [1, "text"])));
    }

    [Fact]
    public void A_message_is_written_in_its_place_if_it_fits_and_nothing_else_is_written() => Gen.Select(Generate.Call(8), Generate.Result).Sample(
        (call, result) =>
        {
            InPlace(_writer.WriteCall(call.Name, call.ReturnType, call.Parameters).ToArray(),
                (byte[] place, int room, out int length) => _writer.TryWriteCall(place.AsSpan(0, room), call.Name, call.ReturnType, call.Parameters, out length));
            InPlace(_writer.WriteReturn(result).ToArray(),
                (byte[] place, int room, out int length) => _writer.TryWriteReturn(place.AsSpan(0, room), result, out length));
        },
        iter: 5_000,
        threads: 1);

    [Fact]
    public void What_a_message_has_besides_text_and_bytes_is_less_than_reserved_for_it()
    {
        GuestValue[] kinds = [true, 0.5, ""]; // each breaks the alignment of the next
        GuestValue[] alternating = [.. Enumerable.Range(0, 64).Select(i => kinds[i % 3])];

        Assert.InRange(_writer.WriteCall("f", GuestValueType.Void, alternating).Length, 1_000, MessageWriter.StructureLength);
    }

    private static void InPlace(byte[] expected, TryWrite write)
    {
        const byte Untouched = 0xA5;
        byte[] place = new byte[expected.Length + 8];
        Array.Fill(place, Untouched);
        Assert.False(write(place, expected.Length - 1, out int length));
        Assert.Equal(expected.Length, length);
        Assert.DoesNotContain(place, b => b != Untouched);

        Assert.True(write(place, place.Length, out length));
        Assert.Equal(expected, place[..length]);
        Assert.DoesNotContain(place[length..], b => b != Untouched);
    }

    private static string Text(string units) => string.Concat(units.Split(' ').Select(unit => (char)Convert.ToUInt16(unit, 16)));
}
