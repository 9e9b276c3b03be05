using Google.FlatBuffers;

namespace SandboxActors.Wire.Tests.Support;

/// <summary>
/// Reads messages with the accessors of the FlatBuffers runtime and numbers of its own (a field's vtable offset is 4 + 2 x its place in the schema),
/// so
/// that it shares nothing with the reader under test. It trusts its input.
/// </summary>
internal static class StandardReader
{
    public static CallContent Call(byte[] body)
    {
        Table call = Root(body);
        int vector = call.__offset(8);
        GuestValue[] parameters = new GuestValue[call.__vector_len(vector)];
        for (int i = 0; i < parameters.Length; i++)
        {
            var parameter = new Table(call.__indirect(call.__vector(vector) + (i * 4)), call.bb);
            parameters[i] = Value(parameter);
        }

        return new CallContent(Text(call, 4), (GuestValueType)call.bb.Get(call.bb_pos + call.__offset(6)), parameters);
    }

    public static FunctionResult Result(byte[] body)
    {
        Table result = Root(body);
        byte tag = result.bb.Get(result.bb_pos + result.__offset(4));
        Table outcome = Union(result, 6);
        return tag switch
        {
            1 => FunctionResult.Success(Value(outcome)),
            2 => FunctionResult.Failure(outcome.bb.GetInt(outcome.bb_pos + outcome.__offset(4)), Text(outcome, 6)),
            _ => throw new InvalidOperationException($"Outcome has the tag {tag}."),
        };
    }

    public static GuestLogRecord Log(byte[] body)
    {
        Table log = Root(body);
        return new GuestLogRecord(
            (GuestLogLevel)log.bb.Get(log.bb_pos + log.__offset(4)),
            Text(log, 6),
            Text(log, 8),
            Text(log, 10),
            Text(log, 12),
            log.bb.GetUint(log.bb_pos + log.__offset(14)));
    }

    /// <summary>The union Value, which is the first field of each table that has it. An offset of 0 would mean that a field was left out.</summary>
    private static GuestValue Value(Table owner)
    {
        byte tag = owner.bb.Get(owner.bb_pos + owner.__offset(4));
        Table table = Union(owner, 6);
        int offset = table.__offset(4);
        Assert.Equal(tag == 10, offset == 0);
        int field = table.bb_pos + offset;
        return tag switch
        {
            1 => table.bb.GetInt(field),
            2 => table.bb.GetUint(field),
            3 => table.bb.GetLong(field),
            4 => table.bb.GetUlong(field),
            5 => BitConverter.UInt32BitsToSingle(table.bb.GetUint(field)),
            6 => BitConverter.UInt64BitsToDouble(table.bb.GetUlong(field)),
            7 => table.bb.Get(field) == 1,
            8 => Text(table, 4),
            9 => table.__vector_as_array<byte>(4) ?? [],
            10 => GuestValue.Void,
            _ => throw new InvalidOperationException($"Value has the tag {tag}."),
        };
    }

    private static string Text(Table table, int vtableOffset) => table.__string(table.bb_pos + table.__offset(vtableOffset));

    private static Table Union(Table owner, int vtableOffset)
    {
        int field = owner.bb_pos + owner.__offset(vtableOffset);
        return new Table(owner.__indirect(field), owner.bb);
    }

    private static Table Root(byte[] body)
    {
        var buffer = new ByteBuffer(body);
        return new Table(buffer.GetInt(0), buffer);
    }
}
