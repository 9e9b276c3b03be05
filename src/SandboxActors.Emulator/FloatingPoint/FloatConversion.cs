namespace SandboxActors.Emulator;

/// <summary>Conversions between formats, and to and from integers.</summary>
internal static class FloatConversion
{
    // More than any integer has bits.
    private const int FarLeft = 64;

    public static ulong FromInteger(FloatFormat format, long value, ref FloatContext context)
    {
        if (value == 0) return 0;
        ulong magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        return FloatRounder.Round(format, value < 0, magnitude, unit: 0, ref context);
    }

    /// <summary>Rounds to a signed integer of 32 or 64 bits; what does not fit becomes the smallest one.</summary>
    public static ulong ToInteger(FloatFormat format, ulong value, int bits, bool truncates, ref FloatContext context)
    {
        ulong indefinite = 1UL << (bits - 1);
        if (context.TreatsDenormalsAsZeros && format.IsSubnormal(value)) return 0;
        if (format.IsZero(value)) return 0;
        int unit = format.UnitOf(value);
        if (format.ExponentOf(value) != format.LargestExponent && unit < FarLeft)
        {
            bool isNegative = format.IsNegative(value);
            FloatRounding rounding = truncates ? FloatRounding.TowardsZero : context.Rounding;
            UInt128 wide = unit > 0 ? (UInt128)format.SignificandOf(value) << unit : format.SignificandOf(value);
            bool isInexact = false;
            UInt128 magnitude = unit >= 0 ? wide : FloatRounder.Cut(wide, -unit, isNegative, rounding, out isInexact);
            if (magnitude <= (isNegative ? indefinite : indefinite - 1))
            {
                if (isInexact) context.Raised |= FloatContext.Inexact;
                return isNegative ? 0 - (ulong)magnitude : (ulong)magnitude;
            }
        }

        context.Raised |= FloatContext.Invalid;
        return indefinite;
    }

    /// <summary>From one format to the other; a NaN keeps the upper end of its payload.</summary>
    public static ulong Convert(FloatFormat from, FloatFormat to, ulong value, ref FloatContext context)
    {
        ulong sign = from.IsNegative(value) ? to.SignBit : 0;
        if (from.IsNaN(value))
        {
            ulong payload = FloatArithmetic.Quiet(from, value, ref context) & from.FractionMask;
            int shift = to.FractionBits - from.FractionBits;
            return sign | to.Infinity | (shift > 0 ? payload << shift : payload >> -shift);
        }

        if (from.IsInfinite(value)) return sign | to.Infinity;
        value = FloatArithmetic.Operand(from, value, ref context);
        return from.IsZero(value) ? sign : FloatRounder.Round(to, sign != 0, from.SignificandOf(value), from.UnitOf(value), ref context);
    }
}
