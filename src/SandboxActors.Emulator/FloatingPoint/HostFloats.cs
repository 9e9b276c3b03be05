using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>
/// Where the host's arithmetic is the guest's: IEEE 754 leaves it no choice, and nothing but inexactness can be raised, if <see
/// cref="FloatContext.AllowsHostArithmetic"/> and operands and result are ordinary: plain (normal, and well inside the range), or zeros that nothing
/// was rounded to.
/// </summary>
internal static class HostFloats
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    // Away from the smallest normal numbers, so that whether a result was tiny before rounding is no question.
    private const uint LowestExponent = 3;

    // Of the upper half of a double, of a single: the exponent stands below the sign, which is shifted out.
    private const uint DoubleLow = LowestExponent << 21;
    private const uint DoubleRange = (2047 - LowestExponent) << 21;
    private const uint SingleLow = LowestExponent << 24;
    private const uint SingleRange = (255 - LowestExponent) << 24;

    // 2 to the power of LowestExponent - 1023, and of LowestExponent - 127.
    private const double SmallestPlain = 8.900295434028806e-308;
    private const float SmallestPlainSingle = 4.7019774e-38f;

    [MethodImpl(Inline)]
    public static bool IsPlain(double value) => ((uint)(BitConverter.DoubleToUInt64Bits(value) >> 32) << 1) - DoubleLow < DoubleRange;

    [MethodImpl(Inline)]
    public static bool IsPlain(float value) => (BitConverter.SingleToUInt32Bits(value) << 1) - SingleLow < SingleRange;

    [MethodImpl(Inline)]
    public static bool IsOrdinary(double value) => IsPlain(value) || value == 0;

    [MethodImpl(Inline)]
    public static bool IsOrdinary(float value) => IsPlain(value) || value == 0;

    /// <summary>Whether both numbers are.</summary>
    [MethodImpl(Inline)]
    public static bool AreOrdinary(Vector128<byte> value)
    {
        Vector128<double> magnitude = Vector128.Abs(value.AsDouble());
        Vector128<double> isLarge = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(SmallestPlain));
        Vector128<double> isFinite = Vector128.LessThanOrEqual(magnitude, Vector128.Create(double.MaxValue));
        return ((isLarge & isFinite) | Vector128.Equals(magnitude, Vector128<double>.Zero)).AsInt64().ExtractMostSignificantBits() == 3;
    }

    /// <summary>
    /// Whether the product or quotient of ordinary numbers is ordinary: a zero is only where the first of them, or for a product the second, is one.
    /// </summary>
    [MethodImpl(Inline)]
    public static bool IsOrdinaryProduct(double result, double left, double right) => IsPlain(result) || (result == 0 && (left == 0 || right == 0));

    /// <summary>As for doubles.</summary>
    [MethodImpl(Inline)]
    public static bool IsOrdinaryProduct(float result, float left, float right) => IsPlain(result) || (result == 0 && (left == 0 || right == 0));

    /// <summary>Whether both products or quotients of ordinary numbers are plain.</summary>
    [MethodImpl(Inline)]
    public static bool ArePlain(Vector128<byte> value)
    {
        Vector128<double> magnitude = Vector128.Abs(value.AsDouble());
        Vector128<double> isLarge = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(SmallestPlain));
        Vector128<double> isFinite = Vector128.LessThanOrEqual(magnitude, Vector128.Create(double.MaxValue));
        return (isLarge & isFinite).AsInt64().ExtractMostSignificantBits() == 3;
    }

    /// <summary>Whether all four numbers are ordinary.</summary>
    [MethodImpl(Inline)]
    public static bool AreOrdinary(Vector128<float> value)
    {
        Vector128<float> magnitude = Vector128.Abs(value);
        Vector128<float> isLarge = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(SmallestPlainSingle));
        Vector128<float> isFinite = Vector128.LessThanOrEqual(magnitude, Vector128.Create(float.MaxValue));
        return ((isLarge & isFinite) | Vector128.Equals(magnitude, Vector128<float>.Zero)).AsInt32().ExtractMostSignificantBits() == 0xF;
    }

    /// <summary>Whether all four numbers are plain.</summary>
    [MethodImpl(Inline)]
    public static bool ArePlain(Vector128<float> value)
    {
        Vector128<float> magnitude = Vector128.Abs(value);
        Vector128<float> isLarge = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(SmallestPlainSingle));
        Vector128<float> isFinite = Vector128.LessThanOrEqual(magnitude, Vector128.Create(float.MaxValue));
        return (isLarge & isFinite).AsInt32().ExtractMostSignificantBits() == 0xF;
    }

    [MethodImpl(Inline)]
    public static Vector128<byte> Add(Vector128<byte> left, Vector128<byte> right) => (left.AsDouble() + right.AsDouble()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Subtract(Vector128<byte> left, Vector128<byte> right) => (left.AsDouble() - right.AsDouble()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Multiply(Vector128<byte> left, Vector128<byte> right) => (left.AsDouble() * right.AsDouble()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Divide(Vector128<byte> left, Vector128<byte> right) => (left.AsDouble() / right.AsDouble()).AsByte();

    /// <summary>CF and ZF of a comparison of two ordinary numbers.</summary>
    [MethodImpl(Inline)]
    public static ulong Order(double left, double right) => (left < right ? ProcessorFlags.Carry : 0) | (left == right ? ProcessorFlags.Zero : 0);

    /// <summary>CF and ZF of a comparison of two ordinary numbers.</summary>
    [MethodImpl(Inline)]
    public static ulong Order(float left, float right) => (left < right ? ProcessorFlags.Carry : 0) | (left == right ? ProcessorFlags.Zero : 0);

    /// <summary>Whether a number, cut to an integer, fits 32 bits.</summary>
    [MethodImpl(Inline)]
    public static bool FitsInt32(double value) => value > int.MinValue - 1.0 && value < int.MaxValue + 1.0;

    /// <summary>Whether a number, cut to an integer, fits 64 bits, and well.</summary>
    [MethodImpl(Inline)]
    public static bool FitsInt64(double value) => value is > -9.2e18 and < 9.2e18;

    /// <summary>Whether an integer is a double exactly.</summary>
    [MethodImpl(Inline)]
    public static bool IsExact(long value) => (ulong)(value + (1L << 53)) <= 1UL << 54;
}
