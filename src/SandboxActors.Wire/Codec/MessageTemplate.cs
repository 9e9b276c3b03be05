using System.Buffers.Binary;

namespace SandboxActors.Wire.Codec;

/// <summary>
/// A message that was written, with holes where its numbers stood: the next message like it is its bytes with other numbers in them, which is many
/// times as fast as writing it. Messages with texts or arrays have no such template. Immutable.
/// </summary>
internal sealed class MessageTemplate
{
    /// <summary>The most numbers; a message with more takes longer on its way than to be written.</summary>
    public const int MaximumNumbers = 8;

    private readonly (GuestValueType Type, int Place)[] _holes;
    private readonly byte[] _message;

    /// <param name="message">The message.</param>
    /// <param name="values">Its values: numbers, truth values, or void.</param>
    /// <param name="numbers">Where each stands, in bytes from the message's end.</param>
    public MessageTemplate(byte[] message, ReadOnlySpan<GuestValue> values, ReadOnlySpan<int> numbers)
    {
        _message = message;
        _holes = new (GuestValueType, int)[values.Length];
        for (int i = 0; i < values.Length; i++) _holes[i] = (values[i].Type, message.Length - numbers[i]);
    }

    /// <summary>The message's bytes.</summary>
    public int Length => _message.Length;

    /// <summary>Whether messages with such values can have one.</summary>
    public static bool IsFor(ReadOnlySpan<GuestValue> values)
    {
        if (values.Length > MaximumNumbers) return false;
        foreach (GuestValue value in values)
            if (value.Type is GuestValueType.String or GuestValueType.Bytes) return false;
        return true;
    }

    /// <summary>Whether it has holes for values of just these types.</summary>
    public bool Fits(ReadOnlySpan<GuestValue> values)
    {
        if (values.Length != _holes.Length) return false;
        for (int i = 0; i < values.Length; i++)
            if (values[i].Type != _holes[i].Type) return false;
        return true;
    }

    /// <summary>Writes the message with values that fit, if there is room for it.</summary>
    public bool TryWrite(Span<byte> target, ReadOnlySpan<GuestValue> values)
    {
        if (!_message.AsSpan().TryCopyTo(target)) return false;
        for (int i = 0; i < values.Length; i++)
        {
            (GuestValueType type, int place) = _holes[i];
            ulong bits = values[i].RawBits;
            switch (type)
            {
                case GuestValueType.Int32 or GuestValueType.UInt32 or GuestValueType.Single:
                    BinaryPrimitives.WriteUInt32LittleEndian(target[place..], (uint)bits);
                    break;
                case GuestValueType.Int64 or GuestValueType.UInt64 or GuestValueType.Double:
                    BinaryPrimitives.WriteUInt64LittleEndian(target[place..], bits);
                    break;
                case GuestValueType.Boolean:
                    target[place] = (byte)bits;
                    break;
            }
        }

        return true;
    }
}
