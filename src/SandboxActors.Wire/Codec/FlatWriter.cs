using System.Buffers.Binary;
using System.Text;

namespace SandboxActors.Wire.Codec;

/// <summary>
/// Writes one FlatBuffer, from its end to its start as the format is made for, straight to where it belongs. What is written is told twice: first
/// with no place to write to, which gives the length, and then with one of exactly that length.
/// </summary>
/// <remarks>
/// The bytes are those of the FlatBuffers library with every field written (<c>ForceDefaults</c>): padding, order, and one vtable for all tables that
/// have the same. Positions are counted in bytes from the message's end. Nothing that was written is read again, since it lies where the other side
/// may see it.
/// </remarks>
internal ref struct FlatWriter
{
    private const int OffsetSize = sizeof(uint);

    private readonly Span<byte> _message;
    private readonly VtableList _vtables;
    private FieldPositions _fields;
    private int _alignment;
    private int _tableStart;

    /// <param name="message">Where the message belongs; empty to find out how long it is.</param>
    /// <param name="vtables">Memory for the vtables, good for one message at a time.</param>
    public FlatWriter(Span<byte> message, VtableList vtables)
    {
        _message = message;
        _vtables = vtables;
        _alignment = 1;
        vtables.Clear();
    }

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    private readonly bool IsMeasuring => _message.IsEmpty;

    // Where the latest byte stands in the message.
    private readonly int Place => _message.Length - Length;

    /// <summary>Text, with the zero behind it.</summary>
    /// <param name="text">Valid UTF-16.</param>
    /// <param name="length">Its bytes as UTF-8.</param>
    /// <returns>Its position.</returns>
    public int String(string text, int length)
    {
        Align(sizeof(uint), length + 1);
        Length++;
        if (!IsMeasuring) _message[Place] = 0;
        Length += length;
        if (!IsMeasuring) Encoding.UTF8.GetBytes(text, _message.Slice(Place, length));
        return UInt32((uint)length);
    }

    /// <summary>A vector of bytes.</summary>
    /// <returns>Its position.</returns>
    public int Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        Align(sizeof(uint), bytes.Length);
        Length += bytes.Length;
        if (!IsMeasuring) bytes.CopyTo(_message[Place..]);
        return UInt32((uint)bytes.Length);
    }

    /// <summary>A vector of tables.</summary>
    /// <param name="positions">Where they are, in order.</param>
    /// <returns>Its position.</returns>
    public int Tables(scoped ReadOnlySpan<int> positions)
    {
        for (int i = positions.Length - 1; i >= 0; i--) Offset(positions[i]);
        return UInt32((uint)positions.Length);
    }

    public void StartTable() => _tableStart = Length;

    public void ByteField(int slot, byte value)
    {
        Length++;
        if (!IsMeasuring) _message[Place] = value;
        _fields[slot] = Length;
    }

    public void UInt32Field(int slot, uint value) => _fields[slot] = UInt32(value);

    public void UInt64Field(int slot, ulong value)
    {
        Align(sizeof(ulong));
        Length += sizeof(ulong);
        if (!IsMeasuring) BinaryPrimitives.WriteUInt64LittleEndian(_message[Place..], value);
        _fields[slot] = Length;
    }

    public void OffsetField(int slot, int position) => _fields[slot] = Offset(position);

    /// <summary>Ends a table, of whose fields all are written.</summary>
    /// <returns>Its position.</returns>
    public int EndTable(int fields)
    {
        Align(OffsetSize);
        int table = Length + OffsetSize;
        Length = table;
        var vtable = Vtable.Of(table, table - _tableStart, _fields, fields);
        if (!_vtables.TryFind(vtable, out int position))
        {
            Length += vtable.Length;
            if (!IsMeasuring) vtable.Write(_message.Slice(Place, vtable.Length));
            position = Length;
            _vtables.Add(vtable, position);
        }

        if (!IsMeasuring) BinaryPrimitives.WriteInt32LittleEndian(_message[(_message.Length - table)..], position - table);
        return table;
    }

    /// <summary>Ends the message, with its size in front.</summary>
    /// <returns>Its length.</returns>
    public int Finish(int root)
    {
        Align(_alignment, OffsetSize + sizeof(uint));
        Offset(root);
        return UInt32((uint)Length);
    }

    private int Offset(int position)
    {
        Align(OffsetSize);
        return UInt32((uint)(Length + OffsetSize - position));
    }

    private int UInt32(uint value)
    {
        Align(sizeof(uint));
        Length += sizeof(uint);
        if (!IsMeasuring) BinaryPrimitives.WriteUInt32LittleEndian(_message[Place..], value);
        return Length;
    }

    /// <summary>Leaves as much room that what comes behind so many bytes more is aligned.</summary>
    private void Align(int size, int more = 0)
    {
        if (size > _alignment) _alignment = size;
        int padding = -(Length + more) & (size - 1);
        Length += padding;
        if (!IsMeasuring) _message.Slice(Place, padding).Clear();
    }
}
