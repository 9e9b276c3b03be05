using SandboxActors.Wire.Tests.Support;
using static SandboxActors.Wire.Tests.Hostile.HandMadeCall;

namespace SandboxActors.Wire.Tests.Hostile;

/// <summary>Each attack alone, on a call that is valid but for it, rejected for its own reason.</summary>
public sealed class MalformedCallSpec
{
    private readonly HandMadeCall _call = new();

    [Fact]
    public void Without_an_attack_the_call_is_read() =>
        Assert.Equal(new CallContent("f", GuestValueType.String, ["ab"]), CallContent.Of(MessageReader.ReadCall(_call.Body)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_body_shorter_than_a_root_offset(int length) => Rejected(_call.Body[..length], "shorter than its root offset");

    [Theory]
    [InlineData(Length - 3)]
    [InlineData(Length)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_root_outside_the_message(uint offset) => Rejected(_call.U32(RootOffset, offset), "table lies outside");

    [Fact]
    public void A_root_that_is_its_own_offset() => Rejected(_call.U32(RootOffset, 0), "too small or odd");

    [Theory]
    [InlineData(Call + 1u)] // one before the message
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0x8000_0000u)] // int.MinValue: its negative does not exist in 32 bits
    [InlineData(unchecked((uint)(Call - Length + 3)))] // header cut off by the end
    [InlineData(unchecked((uint)(Call - Length)))]
    public void A_vtable_outside_the_message(uint distance) => Rejected(_call.U32(Call, distance), "vtable lies outside");

    [Fact]
    public void A_vtable_behind_its_table_is_what_the_format_allows()
    {
        // The call's vtable moved behind everything: the distance is negative.
        byte[] body = [.. _call.U32(Call, unchecked((uint)(Call - Length))).Body, .. _call.Body.AsSpan(CallVtable, 10)];

        Assert.Equal("f", MessageReader.ReadCall(body).Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(0xFFFF)]
    public void A_vtable_whose_size_is_too_small_or_odd(ushort size) => Rejected(_call.U16(CallVtable, size), "too small or odd");

    [Fact]
    public void A_vtable_that_ends_outside_the_message() => Rejected(_call.U16(StringVtable, Length - StringVtable + 2), "vtable ends outside");

    [Fact]
    public void A_vtable_that_overlaps_its_table() => Rejected(_call.U16(CallVtable, Call - CallVtable + 2), "overlap");

    [Fact]
    public void A_table_that_overlaps_its_vtable_behind_it()
    {
        byte[] body = [.. _call.U32(Call, unchecked((uint)(Call - Length))).Body, .. _call.Body.AsSpan(CallVtable, 10)];
        body[Length + 2] = Length - Call + 1; // the table's size reaches into the vtable

        Rejected(body, "overlap");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(Length - Call + 1)]
    [InlineData(0xFFFF)]
    public void A_table_whose_size_is_too_small_or_too_large(ushort size) => Rejected(_call.U16(CallVtable + 2, size), "table ends outside");

    [Theory]
    [InlineData(1)] // into the offset of the vtable
    [InlineData(3)]
    [InlineData(13)] // the last byte of the offset behind the table
    [InlineData(16)]
    [InlineData(0xFFFF)]
    public void A_field_outside_its_table(ushort offset) => Rejected(_call.U16(CallVtable + 4, offset), "field lies outside");

    [Fact]
    public void A_scalar_field_outside_its_table() => Rejected(_call.U16(CallVtable + 6, 16), "field lies outside");

    [Theory]
    [InlineData(CallVtable + 4, "FunctionCall.name is missing")]
    [InlineData(CallVtable + 8, "FunctionCall.parameters is missing")]
    [InlineData(StringVtable + 4, "StringValue.value is missing")]
    public void A_required_field_left_out(int entry, string reason) => Rejected(_call.U16(entry, 0), reason);

    [Fact]
    public void A_required_field_that_a_short_vtable_has_no_entry_for() => Rejected(_call.U16(CallVtable, 8), "FunctionCall.parameters is missing");

    [Theory]
    [InlineData(Length - NameOffset - 3)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_string_outside_the_message(uint offset) => Rejected(_call.U32(NameOffset, offset), "FunctionCall.name lies outside");

    [Theory]
    [InlineData(Length - Text - 3)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0xFFFF_FFFCu)] // plus the length's own 4 bytes it is 0 in 32 bits
    [InlineData(0xFFFF_FFFFu)]
    public void A_string_longer_than_the_message(uint length) => Rejected(_call.U32(Text, length), "StringValue.value ends outside");

    [Fact]
    public void A_string_without_its_zero() => Rejected(_call.U8(Text + 6, 1), "not followed by a zero");

    [Fact]
    public void A_string_whose_zero_would_be_behind_the_message() => Rejected(_call.U32(Text, Length - Text - 4), "not followed by a zero");

    [Theory]
    [InlineData(0x80, 0x80)] // continuations of nothing
    [InlineData('a', 0xC3)] // cut short
    [InlineData(0xC0, 0x80)] // U+0000, overlong
    [InlineData(0xFF, 'b')]
    public void Text_that_is_not_UTF_8(byte first, byte second) =>
        Rejected(_call.U8(Text + 4, first).U8(Text + 5, second), "StringValue.value is not UTF-8");

    [Fact]
    public void A_surrogate_in_UTF_8() => // ED A0 80, a zero behind it as before
        Rejected(_call.U32(Text, 3).U8(Text + 4, 0xED).U8(Text + 5, 0xA0).U8(Text + 6, 0x80), "StringValue.value is not UTF-8");

    [Fact]
    public void A_name_that_is_not_UTF_8()
    {
        _call.U8(Name + 4, 0xFF);
        Rejected(_call, "FunctionCall.name is not UTF-8");

        var rejected = Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(_call.Body, new NameTable([])));
        Assert.Contains("FunctionCall.name is not UTF-8", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_name() => Rejected(_call.U32(Name, 0).U8(Name + 4, 0), "FunctionCall.name is empty");

    [Theory]
    [InlineData(10)]
    [InlineData(0xFF)]
    public void An_unknown_return_type(byte type) => Rejected(_call.U8(ReturnType, type), "return_type");

    [Theory]
    [InlineData((Length - Parameters) / 4)]
    [InlineData(0x3FFF_FFFFu)] // times 4, plus 4, it is 0 in 32 bits
    [InlineData(0x4000_0000u)] // times 4 it is 0 in 32 bits
    [InlineData(0xFFFF_FFFFu)]
    public void A_parameter_vector_longer_than_the_message(uint count) =>
        Rejected(_call.U32(Parameters, count), "FunctionCall.parameters ends outside");

    [Theory]
    [InlineData(Length - ParameterOffset - 3)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_parameter_outside_the_message(uint offset) => Rejected(_call.U32(ParameterOffset, offset), "table lies outside");

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(0xFF)]
    public void An_unknown_tag(byte tag) => Rejected(_call.U8(ValueTag, tag), "unknown tag");

    [Fact]
    public void A_value_without_tag() => Rejected(_call.U16(ParameterVtable + 4, 0), "unknown tag 0");

    [Fact]
    public void A_tag_without_value() => Rejected(_call.U16(ParameterVtable + 6, 0), "A value's table is missing");

    [Fact]
    public void A_void_parameter() => Rejected(_call.U8(ValueTag, 10), "void");

    [Theory]
    [InlineData(3)] // 64 bits in a table that has room for 32
    [InlineData(4)]
    [InlineData(6)]
    public void A_tag_whose_value_does_not_fit_into_the_table(byte tag) => Rejected(_call.U8(ValueTag, tag), "field lies outside");

    [Theory]
    [InlineData(2)]
    [InlineData(0xFF)]
    public void A_boolean_that_is_neither_0_nor_1(byte value) =>
        Rejected(_call.U8(ValueTag, (byte)GuestValueType.Boolean).U8(TextOffset, value), "neither 0 nor 1");

    [Fact]
    public void A_value_whose_offset_leads_backwards() =>
        Rejected(_call.U32(ValueOffset, unchecked((uint)(Parameter - ValueOffset))), "table lies outside");

    [Fact]
    public void Whatever_a_call_is_cut_to_it_is_rejected()
    {
        for (int length = 0; length <= Text + 6; length++) Rejected(_call.Body[..length], "");
    }

    private static void Rejected(HandMadeCall call, string reason) => Rejected(call.Body, reason);

    private static void Rejected(byte[] body, string reason) =>
        Assert.Contains(reason, Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(body)).Message, StringComparison.Ordinal);
}
