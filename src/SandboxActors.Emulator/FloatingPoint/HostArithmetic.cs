namespace SandboxActors.Emulator;

/// <summary>
/// The host's arithmetic, for operands and results that are normal and well inside the range, where IEEE 754 leaves it no choice and nothing but
/// inexactness can be raised.
/// </summary>
internal static class HostArithmetic
{
    // Away from the smallest normal numbers, so that whether a result was tiny before rounding is no question.
    private const int Margin = 2;

    public static bool TryAdd(FloatFormat format, ulong left, ulong right, out ulong result)
    {
        result = 0;
        if (!IsPlain(format, left) || !IsPlain(format, right)) return false;
        result = format == FloatFormat.Double
            ? BitConverter.DoubleToUInt64Bits(BitConverter.UInt64BitsToDouble(left) + BitConverter.UInt64BitsToDouble(right))
            : BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle((uint)left) + BitConverter.UInt32BitsToSingle((uint)right));
        return IsPlain(format, result);
    }

    public static bool TryMultiply(FloatFormat format, ulong left, ulong right, out ulong result)
    {
        result = 0;
        if (!IsPlain(format, left) || !IsPlain(format, right)) return false;
        result = format == FloatFormat.Double
            ? BitConverter.DoubleToUInt64Bits(BitConverter.UInt64BitsToDouble(left) * BitConverter.UInt64BitsToDouble(right))
            : BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle((uint)left) * BitConverter.UInt32BitsToSingle((uint)right));
        return IsPlain(format, result);
    }

    public static bool TryDivide(FloatFormat format, ulong left, ulong right, out ulong result)
    {
        result = 0;
        if (!IsPlain(format, left) || !IsPlain(format, right)) return false;
        result = format == FloatFormat.Double
            ? BitConverter.DoubleToUInt64Bits(BitConverter.UInt64BitsToDouble(left) / BitConverter.UInt64BitsToDouble(right))
            : BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle((uint)left) / BitConverter.UInt32BitsToSingle((uint)right));
        return IsPlain(format, result);
    }

    private static bool IsPlain(FloatFormat format, ulong value)
    {
        int exponent = format.ExponentOf(value);
        return exponent > Margin && exponent < format.LargestExponent;
    }
}
