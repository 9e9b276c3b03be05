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
    /// <param name="writer">Where to.</param>
    /// <param name="value">The value.</param>
    /// <param name="payload">Its <see cref="PayloadLength"/>.</param>
    /// <param name="number">Where the number stands that the table holds, if it holds one.</param>
    /// <returns>Its position, for the union's field.</returns>
    public static int Write(ref FlatWriter writer, in GuestValue value, int payload, out int number)
    {
        const int Slot = WireFields.AnyValue.Value;
        switch (value.Type)
        {
            case GuestValueType.Void:
                writer.StartTable();
                number = 0;
                return writer.EndTable(0);

            // Floating point goes as its bits: a conversion somewhere on the way may turn a signalling NaN into a quiet one.
            case GuestValueType.Int32 or GuestValueType.UInt32 or GuestValueType.Single:
                writer.StartTable();
                writer.UInt32Field(Slot, (uint)value.RawBits);
                break;
            case GuestValueType.Int64 or GuestValueType.UInt64 or GuestValueType.Double:
                writer.StartTable();
                writer.UInt64Field(Slot, value.RawBits);
                break;
            case GuestValueType.Boolean:
                writer.StartTable();
                writer.ByteField(Slot, (byte)value.RawBits);
                break;
            default:
                int position = value.Type == GuestValueType.String ? writer.String(value.AsString(), payload) : writer.Bytes(value.AsBytes());
                writer.StartTable();
                writer.OffsetField(Slot, position);
                break;
        }

        number = writer.Length;
        return writer.EndTable(WireFields.AnyValue.Count);
    }
}
