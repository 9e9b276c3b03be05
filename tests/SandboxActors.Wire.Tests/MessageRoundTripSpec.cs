using CsCheck;
using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests;

/// <summary>What goes in comes out, bit for bit. <see cref="GuestValue"/> compares bits.</summary>
public sealed class MessageRoundTripSpec
{
    [Fact]
    public void A_call_with_0_to_64_parameters_of_any_type_comes_out_as_it_went_in() =>
        Generate.Call(WireLimits.MaximumParameters)
            .Sample(call => Assert.Equal(call, CallContent.Of(MessageReader.ReadCall(Encode.Body(call)))), iter: 5_000);

    [Fact]
    public void A_result_or_an_error_comes_out_as_it_went_in() =>
        Generate.FunctionResult.Sample(result => Assert.Equal(result, MessageReader.ReadResult(Encode.Body(result))), iter: 20_000);

    [Fact]
    public void A_log_message_comes_out_as_it_went_in() =>
        Generate.Log.Sample(log => Assert.Equal(log, MessageReader.ReadLog(Encode.Body(log))), iter: 10_000);

    [Fact]
    public void One_writer_writes_any_sequence_of_messages_as_a_new_writer_would() =>
        Gen.OneOf(
                Generate.Call(8).Select(call => (object)call),
                Generate.FunctionResult.Select(result => (object)result),
                Generate.Log.Select(log => (object)log))
            .Array[1, 20]
            .Sample(
                messages =>
                {
                    var writer = new MessageWriter();
                    foreach (object message in messages)
                    {
                        byte[] written = message switch
                        {
                            CallContent call => Encode.Body(writer.WriteCall(call.Name, call.ReturnType, call.Parameters)),
                            FunctionResult { IsError: true } error => Encode.Body(writer.WriteError(error.ErrorCode, error.ErrorMessage)),
                            FunctionResult result => Encode.Body(writer.WriteReturn(result.Value)),
                            var log => Encode.Body(writer.WriteLog((GuestLogRecord)log)),
                        };
                        byte[] expected = message switch
                        {
                            CallContent call => Encode.Body(call),
                            FunctionResult result => Encode.Body(result),
                            var log => Encode.Body((GuestLogRecord)log),
                        };
                        Assert.Equal(expected, written);
                    }
                },
                iter: 1_000);

    [Theory]
    [InlineData(0x0000_0000u)]
    [InlineData(0x8000_0000u)]
    [InlineData(0x7F80_0001u)] // a signalling NaN
    [InlineData(0xFFC1_2345u)] // a quiet NaN with payload and sign
    public void A_single_keeps_every_bit(uint bits)
    {
        FunctionResult result = MessageReader.ReadResult(Encode.Body(FunctionResult.Success(BitConverter.UInt32BitsToSingle(bits))));

        Assert.Equal(bits, BitConverter.SingleToUInt32Bits(result.Value.AsSingle()));
    }

    [Theory]
    [InlineData(0x0000_0000_0000_0000ul)]
    [InlineData(0x8000_0000_0000_0000ul)]
    [InlineData(0x7FF0_0000_0000_0001ul)]
    [InlineData(0xFFF8_0123_4567_89ABul)]
    public void A_double_keeps_every_bit(ulong bits)
    {
        FunctionResult result = MessageReader.ReadResult(Encode.Body(FunctionResult.Success(BitConverter.UInt64BitsToDouble(bits))));

        Assert.Equal(bits, BitConverter.DoubleToUInt64Bits(result.Value.AsDouble()));
    }

    [Fact]
    public void A_byte_array_of_64_MiB_passes()
    {
        byte[] bytes = new byte[64 << 20];
        new Random(1).NextBytes(bytes);

        CallContent call = CallContent.Of(MessageReader.ReadCall(Encode.Body(new CallContent("Take", GuestValueType.Void, [bytes]))));

        Assert.True(call.Parameters[0].AsBytes().AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void What_was_read_does_not_change_when_the_body_is_reused()
    {
        byte[] body = Encode.Body(new CallContent("Take", GuestValueType.Void, [new byte[] { 1, 2, 3 }, "text"]));

        FunctionCall call = MessageReader.ReadCall(body);
        Array.Clear(body);

        Assert.Equal(new CallContent("Take", GuestValueType.Void, [new byte[] { 1, 2, 3 }, "text"]), CallContent.Of(call));
    }

    [Fact]
    public void A_name_that_the_table_has_is_read_as_the_tables_own_string()
    {
        string known = new("HostAdd→".ToCharArray());
        var names = new NameTable([known, "Another"]);

        Assert.Same(known, MessageReader.ReadCall(Encode.Body(new CallContent("HostAdd→", GuestValueType.Int32, [])), names).Name);
        Assert.Equal("HostAdd", MessageReader.ReadCall(Encode.Body(new CallContent("HostAdd", GuestValueType.Int32, [])), names).Name);
        Generate.Call(0).Sample(call => Assert.Equal(call.Name, MessageReader.ReadCall(Encode.Body(call), names).Name), iter: 1_000);
    }
}
