using CsCheck;
using Google.FlatBuffers;
using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests;

/// <summary>Messages are FlatBuffers as everyone else reads them.</summary>
public sealed class StandardConformanceSpec
{
    [Fact]
    public void The_runtimes_own_accessors_read_the_same_call() =>
        Generate.Call(WireLimits.MaximumParameters).Sample(call => Assert.Equal(call, StandardReader.Call(Encode.Body(call))), iter: 5_000);

    [Fact]
    public void The_runtimes_own_accessors_read_the_same_result() =>
        Generate.FunctionResult.Sample(result => Assert.Equal(result, StandardReader.Result(Encode.Body(result))), iter: 20_000);

    [Fact]
    public void The_runtimes_own_accessors_read_the_same_log_message() =>
        Generate.Log.Sample(log => Assert.Equal(log, StandardReader.Log(Encode.Body(log))), iter: 10_000);

    [Fact]
    public void The_runtimes_own_builder_writes_the_same_call() => Generate.Call(WireLimits.MaximumParameters).Sample(
        call => Assert.Equal(StandardWriter.Call(call), new MessageWriter().WriteCall(call.Name, call.ReturnType, call.Parameters).ToArray()),
        iter: 20_000);

    [Fact]
    public void The_runtimes_own_builder_writes_the_same_result() =>
        Generate.FunctionResult.Sample(result => Assert.Equal(Encode.Body(StandardWriter.Result(result)), Encode.Body(result)), iter: 20_000);

    [Fact]
    public void The_runtimes_own_builder_writes_the_same_log_message() =>
        Generate.Log.Sample(log => Assert.Equal(Encode.Body(StandardWriter.Log(log)), Encode.Body(log)), iter: 10_000);

    /// <summary>Another writer may leave out scalars that are zero, order fields and tables differently, and be newer and have more fields.</summary>
    [Fact]
    public void A_message_of_another_writer_is_read_too()
    {
        var builder = new FlatBufferBuilder(64);
        StringOffset name = builder.CreateString("f");
        builder.StartTable(1);
        int zero = builder.EndTable(); // an Int32Value that leaves its value out
        builder.StartTable(2);
        builder.AddByte(0, 1, 0);
        builder.AddOffset(1, zero, 0);
        int parameter = builder.EndTable();
        builder.StartVector(4, 1, 4);
        builder.AddOffset(parameter);
        int parameters = builder.EndVector().Value;
        builder.StartTable(5);
        builder.AddDouble(4, 1.5, 0); // a field that this version does not know
        builder.AddOffset(0, name.Value, 0);
        builder.AddOffset(2, parameters, 0);
        builder.Finish(builder.EndTable()); // return_type left out

        Assert.Equal(new CallContent("f", GuestValueType.Void, [0]), CallContent.Of(MessageReader.ReadCall(builder.SizedByteArray())));
    }

    [Fact]
    public void Numbers_lie_at_their_alignment_in_the_message_with_its_prefix() => Generate.Parameter.Sample(
        value =>
        {
            byte[] message = new MessageWriter().WriteReturn(value).ToArray();
            int size = value.Type switch
            {
                GuestValueType.Int64 or GuestValueType.UInt64 or GuestValueType.Double => 8,
                GuestValueType.Boolean => 1,
                _ => 4,
            };
            var buffer = new ByteBuffer(message, 4);
            var root = new Table(buffer.GetInt(4) + 4, buffer);
            var outcome = new Table(root.__indirect(root.bb_pos + root.__offset(6)), buffer);
            var table = new Table(outcome.__indirect(outcome.bb_pos + outcome.__offset(6)), buffer);

            Assert.Equal(0, (table.bb_pos + table.__offset(4)) % size);
            Assert.Equal(0, message.Length % size);
        },
        iter: 2_000);
}
