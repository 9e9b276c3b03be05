using System.Numerics;

namespace SandboxActors.Emulator;

/// <summary>The 80-bit format of x87: a 64-bit significand with its leading one, and sign and exponent in 16 bits.</summary>
internal static class ExtendedFloat
{
    private const int Bias = 16383;
    private const ushort LargestExponent = 0x7FFF;
    private const ushort Sign = 0x8000;
    private const ulong LeadingOne = 1UL << 63;
    private const ulong QuietBit = 1UL << 62;

    /// <summary>The negative quiet NaN without payload.</summary>
    public static (ulong Significand, ushort Exponent) Indefinite => (LeadingOne | QuietBit, LargestExponent | Sign);

    /// <summary>From a smaller format, which is exact; a NaN becomes quiet.</summary>
    public static (ulong Significand, ushort Exponent) From(FloatFormat format, ulong value)
    {
        ushort sign = format.IsNegative(value) ? Sign : (ushort)0;
        if (format.IsZero(value)) return (0, sign);
        int shift = 63 - format.FractionBits;
        ulong fraction = (value & format.FractionMask) << shift;
        if (format.IsNaN(value)) return (fraction | LeadingOne | QuietBit, (ushort)(sign | LargestExponent));
        if (format.IsInfinite(value)) return (LeadingOne, (ushort)(sign | LargestExponent));
        ulong significand = format.SignificandOf(value);
        int leading = BitOperations.LeadingZeroCount(significand);
        return (significand << leading, (ushort)(sign | (format.UnitOf(value) - leading + 63 + Bias)));
    }

    /// <summary>To a smaller format.</summary>
    public static ulong To(FloatFormat format, ulong significand, ushort exponent, ref FloatContext context)
    {
        bool isNegative = (exponent & Sign) != 0;
        ulong sign = isNegative ? format.SignBit : 0;
        int biased = exponent & LargestExponent;
        bool isEncodable = biased == 0 || (significand & LeadingOne) != 0;
        if (!isEncodable)
        {
            context.Raised |= FloatContext.Invalid;
            return format.Indefinite;
        }

        if (biased != LargestExponent)
            return significand == 0 ? sign : FloatRounder.Round(format, isNegative, significand, Math.Max(biased, 1) - Bias - 63, ref context);
        ulong payload = significand & ~LeadingOne;
        if (payload == 0) return sign | format.Infinity;
        if ((payload & QuietBit) == 0) context.Raised |= FloatContext.Invalid;
        return sign | format.Infinity | format.QuietBit | (payload >> (63 - format.FractionBits));
    }
}
