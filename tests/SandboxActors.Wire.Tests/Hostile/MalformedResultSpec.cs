using Google.FlatBuffers;
using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests.Hostile;

/// <summary>What is particular to results and log messages, and messages that are built to cost the reader more than they have bytes.</summary>
public sealed class MalformedResultSpec
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void An_outcome_with_an_unknown_tag(byte tag) =>
        Rejected(Result(builder => (tag, Table(builder, (1, builder.CreateString("message").Value)))), "unknown tag");

    [Fact]
    public void An_outcome_without_its_table() => Rejected(Result(_ => (1, 0)), "FunctionResult.outcome is missing");

    [Fact]
    public void A_return_without_value() => Rejected(Result(builder => (1, Table(builder))), "unknown tag 0");

    [Fact]
    public void An_error_without_message() => Rejected(Result(builder => (2, Table(builder))), "FunctionError.message is missing");

    [Fact]
    public void An_error_with_the_tag_of_a_return() =>
        Rejected(Result(builder => (1, Table(builder, (1, builder.CreateString("message").Value)))), "unknown tag 0");

    [Theory]
    [InlineData(6)]
    [InlineData(255)]
    public void A_log_message_of_an_unknown_level(byte level)
    {
        byte[] body = Log(level, 4);

        Assert.Contains("LogRecord.level", Assert.Throws<WireFormatException>(() => MessageReader.ReadLog(body)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "LogRecord.message")]
    [InlineData(1, "LogRecord.source")]
    [InlineData(2, "LogRecord.function")]
    [InlineData(3, "LogRecord.file")]
    public void A_log_message_without_one_of_its_texts(int texts, string missing)
    {
        byte[] body = Log(1, texts);

        var rejected = Assert.Throws<WireFormatException>(() => MessageReader.ReadLog(body));
        Assert.Contains($"{missing} is missing", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_with_65_parameters()
    {
        byte[] body = SharedBytes(65, 0);

        Assert.Contains("65", Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(body)).Message, StringComparison.Ordinal);
        Assert.Equal(64, MessageReader.ReadCall(SharedBytes(64, 0)).Parameters.Length);
    }

    [Fact]
    public void A_name_of_1025_bytes()
    {
        byte[] Named(int length) => Call(new string('n', length), 0, 0);

        Assert.Contains("1025", Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(Named(1025))).Message, StringComparison.Ordinal);
        Assert.Equal(1024, MessageReader.ReadCall(Named(1024)).Name.Length);
    }

    [Fact]
    public void Parameters_that_share_one_large_vector_do_not_make_the_reader_allocate_more_than_the_message_has()
    {
        byte[] body = SharedBytes(64, 1 << 20);
        Assert.InRange(body.Length, 1 << 20, (1 << 20) + 8192);

        long before = GC.GetAllocatedBytesForCurrentThread();
        var rejected = Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(body));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, body.Length + 65_536);
        Assert.Contains("overlap", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_also_a_parameter_counts_twice()
    {
        var builder = new FlatBufferBuilder(4096);
        int name = builder.CreateString(new string('n', 1000)).Value;
        byte[] body = Call(builder, name, name, 1);

        Assert.Contains("overlap", Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(body)).Message, StringComparison.Ordinal);
        Assert.Contains("overlap", Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(body, new NameTable([]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_large_vector_alone_is_read() =>
        Assert.Equal(1 << 20, MessageReader.ReadCall(SharedBytes(1, 1 << 20)).Parameters[0].AsBytes().Length);

    [Fact]
    public void A_claimed_length_is_tested_before_anything_is_allocated_for_it()
    {
        byte[] body = new HandMadeCall().U8(HandMadeCall.ValueTag, (byte)GuestValueType.Bytes).U32(HandMadeCall.Text, int.MaxValue).Body;

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(body));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 65_536);
    }

    [Fact]
    public void A_message_of_more_than_256_MiB()
    {
        byte[] body = new byte[WireLimits.MaximumMessageLength + 1];

        Rejected(body, "too long");
    }

    [Fact]
    public void What_is_wrong_is_said_without_the_guests_words()
    {
        byte[] body = Encode.Body(new CallContent("SecretName", GuestValueType.Void, ["secret value"]));
        body[Array.IndexOf(body, (byte)'s')] = 0xFF;

        Assert.DoesNotContain("ecret", Assert.Throws<WireFormatException>(() => MessageReader.ReadCall(body)).ToString(), StringComparison.Ordinal);
    }

    private static void Rejected(byte[] body, string reason) =>
        Assert.Contains(reason, Assert.Throws<WireFormatException>(() => MessageReader.ReadResult(body)).Message, StringComparison.Ordinal);

    private static byte[] Result(Func<FlatBufferBuilder, (byte Tag, int Table)> outcome)
    {
        var builder = new FlatBufferBuilder(256);
        (byte tag, int table) = outcome(builder);
        builder.StartTable(2);
        builder.AddByte(0, tag, 0);
        builder.AddOffset(1, table, 0);
        builder.Finish(builder.EndTable());
        return builder.SizedByteArray();
    }

    private static byte[] Log(byte level, int texts)
    {
        var builder = new FlatBufferBuilder(256);
        int[] offsets = [.. Enumerable.Range(0, texts).Select(i => builder.CreateString($"text {i}").Value)];
        builder.StartTable(6);
        builder.AddByte(0, level, 0);
        for (int i = 0; i < texts; i++) builder.AddOffset(i + 1, offsets[i], 0);
        builder.Finish(builder.EndTable());
        return builder.SizedByteArray();
    }

    /// <summary>A call whose parameters are byte arrays that are all the same vector.</summary>
    private static byte[] SharedBytes(int count, int length) => Call("f", count, length);

    private static byte[] Call(string callName, int count, int length)
    {
        var builder = new FlatBufferBuilder(length + 8192);
        int name = builder.CreateString(callName).Value;
        builder.StartVector(1, length, 1);
        builder.Add(new byte[length]);
        return Call(builder, name, builder.EndVector().Value, count);
    }

    private static byte[] Call(FlatBufferBuilder builder, int name, int bytes, int count)
    {
        int[] parameters = new int[count];
        for (int i = 0; i < count; i++)
        {
            int value = Table(builder, (0, bytes));
            builder.StartTable(2);
            builder.AddByte(0, (byte)GuestValueType.Bytes, 0);
            builder.AddOffset(1, value, 0);
            parameters[i] = builder.EndTable();
        }

        builder.StartVector(4, count, 4);
        foreach (int parameter in parameters.Reverse()) builder.AddOffset(parameter);
        int vector = builder.EndVector().Value;
        builder.Finish(Table(builder, (0, name), (2, vector)));
        return builder.SizedByteArray();
    }

    private static int Table(FlatBufferBuilder builder, params ReadOnlySpan<(int Slot, int Offset)> fields)
    {
        builder.StartTable(3);
        foreach ((int slot, int offset) in fields) builder.AddOffset(slot, offset, 0);
        return builder.EndTable();
    }
}
