using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace SandboxActors.Wire.Codec;

/// <summary>
/// One table of a FlatBuffer that nobody has verified. Making one tests where it and its vtable lie; reading a field tests that field. Positions are
/// computed in 64 bits, so that no sum of a position and a claimed length or offset (each below 2^32) wraps. Nothing here recurses, or allocates
/// except
/// to throw.
/// </summary>
/// <remarks>The format: https://flatbuffers.dev/internals. All numbers are little-endian and read byte by byte, so alignment does not
/// matter.</remarks>
internal readonly ref struct FlatTable
{
    private const int OffsetSize = sizeof(uint);
    private const int VtableHeaderSize = 2 * sizeof(ushort);

    private readonly ReadOnlySpan<byte> _body;
    private readonly ReadOnlySpan<byte> _vtable;
    private readonly int _start;
    private readonly int _length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // of 70 ns that a small result took to read, 40 were calls of this and of Field
    private FlatTable(ReadOnlySpan<byte> body, long start)
    {
        if (start + OffsetSize > body.Length) Reject("A table lies outside the message.");
        long vtable = start - BinaryPrimitives.ReadInt32LittleEndian(body[(int)start..]);
        if (vtable < 0 || vtable + VtableHeaderSize > body.Length) Reject("A table's vtable lies outside the message.");

        int vtableLength = BinaryPrimitives.ReadUInt16LittleEndian(body[(int)vtable..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(body[((int)vtable + sizeof(ushort))..]);
        if (vtableLength < VtableHeaderSize || vtableLength % sizeof(ushort) != 0) Reject("A vtable's size is too small or odd.");
        if (vtable + vtableLength > body.Length) Reject("A vtable ends outside the message.");
        if (length < OffsetSize || start + length > body.Length) Reject("A table ends outside the message, or before its vtable's offset.");
        if (vtable < start + length && start < vtable + vtableLength) Reject("A table and its vtable overlap.");

        _body = body;
        _vtable = body.Slice((int)vtable, vtableLength);
        _start = (int)start;
        _length = length;
    }

    /// <summary>The root table of a message, whose size prefix has been taken off.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> body)
    {
        if (body.Length > WireLimits.MaximumMessageLength) Reject("The message is too long.");
        if (body.Length < OffsetSize) Reject("The message is shorter than its root offset.");
        return new FlatTable(body, Follow(body, 0));
    }

    /// <summary>A scalar field, or zero where it is left out.</summary>
    public byte Byte(int slot) => Field(slot, sizeof(byte)) is var at && at > 0 ? _body[at] : (byte)0;

    /// <inheritdoc cref="Byte"/>
    public uint UInt32(int slot) => Field(slot, sizeof(uint)) is var at && at > 0 ? BinaryPrimitives.ReadUInt32LittleEndian(_body[at..]) : 0;

    /// <inheritdoc cref="Byte"/>
    public ulong UInt64(int slot) => Field(slot, sizeof(ulong)) is var at && at > 0 ? BinaryPrimitives.ReadUInt64LittleEndian(_body[at..]) : 0;

    /// <summary>A required field that is a table.</summary>
    /// <param name="slot">The field's slot.</param>
    /// <param name="name">The field's name in the schema, for the exception.</param>
    public FlatTable Table(int slot, string name) => new(_body, Follow(_body, Required(slot, name)));

    /// <summary>A required field that is a vector of bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int slot, string name) => Vector(slot, name, sizeof(byte), out int count).Slice(OffsetSize, count);

    /// <summary>A required field that is a string: its bytes, without the zero that must follow them.</summary>
    public ReadOnlySpan<byte> String(int slot, string name)
    {
        ReadOnlySpan<byte> vector = Vector(slot, name, sizeof(byte), out int count);
        if (vector.Length == OffsetSize + count || vector[OffsetSize + count] != 0) Reject($"{name} is not followed by a zero byte.");
        return vector.Slice(OffsetSize, count);
    }

    /// <summary>A required field that is a vector of tables.</summary>
    public FlatTableVector Tables(int slot, string name)
    {
        ReadOnlySpan<byte> vector = Vector(slot, name, OffsetSize, out int count);
        return new FlatTableVector(_body, _body.Length - vector.Length + OffsetSize, count);
    }

    /// <summary>The table that the offset at a position leads to.</summary>
    public static FlatTable At(ReadOnlySpan<byte> body, int position) => new(body, Follow(body, position));

    /// <summary>Where the offset at a position leads; the position plus 4 must lie inside. The result is tested by whoever reads there.</summary>
    private static long Follow(ReadOnlySpan<byte> body, int position) => (long)position + BinaryPrimitives.ReadUInt32LittleEndian(body[position..]);

    /// <summary>The message from a vector's count on to the message's end, with room for <paramref name="count"/> elements.</summary>
    private ReadOnlySpan<byte> Vector(int slot, string name, int elementSize, out int count)
    {
        long start = Follow(_body, Required(slot, name));
        if (start + OffsetSize > _body.Length) Reject($"{name} lies outside the message.");
        ReadOnlySpan<byte> vector = _body[(int)start..];
        uint claimed = BinaryPrimitives.ReadUInt32LittleEndian(vector);
        if (OffsetSize + ((long)claimed * elementSize) > vector.Length) Reject($"{name} ends outside the message.");
        count = (int)claimed;
        return vector;
    }

    private int Required(int slot, string name)
    {
        int at = Field(slot, OffsetSize);
        if (at == 0) Reject($"{name} is missing.");
        return at;
    }

    /// <summary>Where a field lies in the message, or 0 (where no field can lie) if it is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Field(int slot, int size)
    {
        int entry = VtableHeaderSize + (slot * sizeof(ushort));
        if (entry >= _vtable.Length) return 0;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_vtable[entry..]);
        if (offset == 0) return 0;
        if (offset < OffsetSize || offset + size > _length) Reject("A field lies outside its table.");
        return _start + offset;
    }

    [DoesNotReturn]
    private static void Reject(string problem) => throw new WireFormatException(problem);
}
