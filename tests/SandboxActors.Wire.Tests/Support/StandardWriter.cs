using Google.FlatBuffers;

namespace SandboxActors.Wire.Tests.Support;

/// <summary>
/// Writes messages with the builder of the FlatBuffers runtime, every field forced, and numbers of its own: what the writer under test must write, byte for
/// byte.
/// </summary>
internal static class StandardWriter
{
    public static byte[] Call(CallContent call)
    {
        FlatBufferBuilder builder = NewBuilder();
        int name = builder.CreateString(call.Name).Value;
        int[] parameters = [.. call.Parameters.Select(parameter => Union(builder, (byte)parameter.Type, Value(builder, parameter)))];
        builder.StartVector(4, parameters.Length, 4);
        foreach (int parameter in parameters.Reverse()) builder.AddOffset(parameter);
        int vector = builder.EndVector().Value;
        builder.StartTable(3);
        builder.AddOffset(0, name, 0);
        builder.AddOffset(2, vector, 0);
        builder.AddByte(1, (byte)call.ReturnType, 0);
        return Finish(builder, builder.EndTable());
    }

    public static byte[] Result(FunctionResult result)
    {
        FlatBufferBuilder builder = NewBuilder();
        if (!result.IsError)
        {
            GuestValue value = result.Value;
            byte tag = value.Type == GuestValueType.Void ? (byte)10 : (byte)value.Type;
            return Finish(builder, Union(builder, 1, Union(builder, tag, Value(builder, value))));
        }

        int message = builder.CreateString(result.ErrorMessage).Value;
        builder.StartTable(2);
        builder.AddOffset(1, message, 0);
        builder.AddInt(0, result.ErrorCode, 0);
        return Finish(builder, Union(builder, 2, builder.EndTable()));
    }

    public static byte[] Log(GuestLogRecord log)
    {
        FlatBufferBuilder builder = NewBuilder();
        int[] texts = [.. new[] { log.Message, log.Source, log.Function, log.File }.Select(text => builder.CreateString(text).Value)];
        builder.StartTable(6);
        builder.AddUint(5, log.Line, 0);
        for (int slot = 4; slot >= 1; slot--) builder.AddOffset(slot, texts[slot - 1], 0);
        builder.AddByte(0, (byte)log.Level, 0);
        return Finish(builder, builder.EndTable());
    }

    private static int Value(FlatBufferBuilder builder, GuestValue value)
    {
        int payload = value.Type switch
        {
            GuestValueType.String => builder.CreateString(value.AsString()).Value,
            GuestValueType.Bytes => Bytes(builder, value.AsBytes()),
            _ => 0,
        };
        builder.StartTable(value.Type == GuestValueType.Void ? 0 : 1);
        switch (value.Type)
        {
            case GuestValueType.Void:
                break;
            case GuestValueType.Int32:
                builder.AddInt(0, value.AsInt32(), 0);
                break;
            case GuestValueType.UInt32:
                builder.AddUint(0, value.AsUInt32(), 0);
                break;
            case GuestValueType.Int64:
                builder.AddLong(0, value.AsInt64(), 0);
                break;
            case GuestValueType.UInt64:
                builder.AddUlong(0, value.AsUInt64(), 0);
                break;
            case GuestValueType.Single:
                builder.AddUint(0, BitConverter.SingleToUInt32Bits(value.AsSingle()), 0);
                break;
            case GuestValueType.Double:
                builder.AddUlong(0, BitConverter.DoubleToUInt64Bits(value.AsDouble()), 0);
                break;
            case GuestValueType.Boolean:
                builder.AddBool(0, value.AsBoolean(), false);
                break;
            default:
                builder.AddOffset(0, payload, 0);
                break;
        }

        return builder.EndTable();
    }

    private static int Bytes(FlatBufferBuilder builder, byte[] bytes)
    {
        builder.StartVector(1, bytes.Length, 1);
        builder.Add(bytes);
        return builder.EndVector().Value;
    }

    private static int Union(FlatBufferBuilder builder, byte tag, int table)
    {
        builder.StartTable(2);
        builder.AddOffset(1, table, 0);
        builder.AddByte(0, tag, 0);
        return builder.EndTable();
    }

    private static FlatBufferBuilder NewBuilder() => new(64) { ForceDefaults = true };

    private static byte[] Finish(FlatBufferBuilder builder, int root)
    {
        builder.FinishSizePrefixed(root);
        return builder.SizedByteArray();
    }
}
