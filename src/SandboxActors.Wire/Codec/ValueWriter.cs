using Google.FlatBuffers;

namespace SandboxActors.Wire.Codec;

/// <summary>Writes the tables of the schema's union Value.</summary>
internal static class ValueWriter
{
    /// <summary>The tag that says which table <see cref="Write"/> writes.</summary>
    public static ValueTag Tag(GuestValue value) => value.Type == GuestValueType.Void ? ValueTag.Void : (ValueTag)value.Type;

    /// <summary>Bytes of text or array that a value brings into a message.</summary>
    /// <exception cref="ArgumentException">It is text that is not valid UTF-16.</exception>
    public static int PayloadLength(GuestValue value, string parameterName) => value.Type switch
    {
        GuestValueType.String => Utf8Text.Length(value.AsString(), parameterName),
        GuestValueType.Bytes => value.AsBytes().Length,
        _ => 0,
    };

    /// <summary>Writes a value's table.</summary>
    /// <returns>Its offset, for the union's field.</returns>
    public static int Write(FlatBufferBuilder builder, GuestValue value)
    {
        if (value.Type == GuestValueType.Void)
        {
            builder.StartTable(0);
            return builder.EndTable();
        }

        int payload = value.Type switch
        {
            GuestValueType.String => builder.CreateString(value.AsString()).Value,
            GuestValueType.Bytes => WriteBytes(builder, value.AsBytes()),
            _ => 0,
        };

        builder.StartTable(WireFields.AnyValue.Count);
        const int Slot = WireFields.AnyValue.Value;
        switch (value.Type)
        {
            // Floating point goes as its bits: a conversion somewhere on the way may turn a signalling NaN into a quiet one.
            case GuestValueType.Int32 or GuestValueType.UInt32 or GuestValueType.Single:
                builder.AddUint(Slot, (uint)value.RawBits, 0);
                break;
            case GuestValueType.Int64 or GuestValueType.UInt64 or GuestValueType.Double:
                builder.AddUlong(Slot, value.RawBits, 0);
                break;
            case GuestValueType.Boolean:
                builder.AddBool(Slot, value.RawBits != 0, false);
                break;
            default:
                builder.AddOffset(Slot, payload, 0);
                break;
        }

        return builder.EndTable();
    }

    private static int WriteBytes(FlatBufferBuilder builder, byte[] bytes)
    {
        builder.StartVector(sizeof(byte), bytes.Length, sizeof(byte));
        builder.Add(bytes);
        return builder.EndVector().Value;
    }
}
