using System.Buffers.Binary;

namespace SandboxActors.Wire.Codec;

/// <summary>
/// A vtable of at most six fields, as its bytes: its own size, its table's, and the offset of each field in the table, 16 bits each.
/// </summary>
internal readonly record struct Vtable(ulong Low, ulong High)
{
    private const int Bits = 8 * sizeof(ushort);
    private const int HeaderSize = 2 * sizeof(ushort);
    private const int FieldsInLow = 2;

    /// <summary>Its bytes.</summary>
    public int Length => (ushort)Low;

    /// <summary>The vtable of a table that has all of its fields.</summary>
    /// <param name="table">The table's position.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="fields">Its fields' positions.</param>
    /// <param name="count">How many.</param>
    public static Vtable Of(int table, int size, in FieldPositions fields, int count)
    {
        ulong low = (uint)(HeaderSize + (count * sizeof(ushort))) | ((ulong)(uint)size << Bits);
        ulong high = 0;
        for (int slot = 0; slot < count; slot++)
        {
            ulong offset = (uint)(table - fields[slot]);
            if (slot < FieldsInLow) low |= offset << ((slot + FieldsInLow) * Bits);
            else high |= offset << ((slot - FieldsInLow) * Bits);
        }

        return new Vtable(low, high);
    }

    /// <summary>Writes it.</summary>
    /// <param name="target">As long as it is.</param>
    public void Write(Span<byte> target)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], High);
        bytes[..target.Length].CopyTo(target);
    }
}
