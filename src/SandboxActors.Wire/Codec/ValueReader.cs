namespace SandboxActors.Wire.Codec;

/// <summary>Reads the schema's union Value.</summary>
internal static class ValueReader
{
    /// <summary>The value that a table's union holds.</summary>
    /// <param name="owner">The table that has the union among its fields.</param>
    /// <param name="tagSlot">The slot of the union's tag.</param>
    /// <param name="tableSlot">The slot of the union's table.</param>
    /// <param name="budget">What the message may still allocate.</param>
    /// <exception cref="WireFormatException">The tag is missing or unknown, or the table is missing or malformed.</exception>
    public static GuestValue Read(in FlatTable owner, int tagSlot, int tableSlot, ref PayloadBudget budget)
    {
        var tag = (ValueTag)owner.Byte(tagSlot);
        if (tag is ValueTag.None or > ValueTag.Void) throw new WireFormatException($"A value is missing or has the unknown tag {(byte)tag}.");

        FlatTable table = owner.Table(tableSlot, "A value's table");
        const int Slot = WireFields.AnyValue.Value;
        return tag switch
        {
            ValueTag.Void => GuestValue.Void,
            ValueTag.Int32 or ValueTag.UInt32 or ValueTag.Single => GuestValue.FromBits((GuestValueType)tag, table.UInt32(Slot)),
            ValueTag.Int64 or ValueTag.UInt64 or ValueTag.Double => GuestValue.FromBits((GuestValueType)tag, table.UInt64(Slot)),
            ValueTag.Boolean => GuestValue.FromBits(GuestValueType.Boolean, ReadBoolean(table.Byte(Slot))),
            ValueTag.String => GuestValue.From(Utf8Text.Read(table.String(Slot, "StringValue.value"), ref budget, "StringValue.value")),
            _ => GuestValue.From(ReadBytes(table.Bytes(Slot, "BytesValue.value"), ref budget)),
        };
    }

    private static byte ReadBoolean(byte value) =>
        value <= 1 ? value : throw new WireFormatException($"BooleanValue.value is {value}, neither 0 nor 1.");

    private static byte[] ReadBytes(ReadOnlySpan<byte> bytes, ref PayloadBudget budget)
    {
        budget.Take(bytes.Length);
        return bytes.ToArray();
    }
}
