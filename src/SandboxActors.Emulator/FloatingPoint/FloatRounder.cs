namespace SandboxActors.Emulator;

/// <summary>Rounds an exact result to a format, with the exceptions that this raises.</summary>
internal static class FloatRounder
{
    /// <summary>Rounds <paramref name="significand"/> times two to the power of <paramref name="unit"/>.</summary>
    /// <param name="format">The format of the result.</param>
    /// <param name="isNegative">The sign.</param>
    /// <param name="significand">Not zero. Its lowest bit may stand for everything below it that is not zero, if it has 3 bits more than the
    /// format.</param>
    /// <param name="unit">The exponent of its lowest bit.</param>
    /// <param name="context">The rounding mode; takes the exceptions.</param>
    /// <returns>The number's bits.</returns>
    public static ulong Round(FloatFormat format, bool isNegative, UInt128 significand, int unit, ref FloatContext context)
    {
        int bits = 128 - (int)UInt128.LeadingZeroCount(significand);
        int precision = format.FractionBits + 1;
        int resultUnit = unit + bits - precision;
        bool isTiny = false;
        bool isInexactAtFullPrecision = false;
        if (resultUnit < format.LowestUnit)
        {
            // Tiny is what would be below the normal numbers even rounded to full precision.
            ulong full = Cut(significand, resultUnit - unit, isNegative, context.Rounding, out isInexactAtFullPrecision);
            isTiny = resultUnit < format.LowestUnit - 1 || full >> precision == 0;
            resultUnit = format.LowestUnit;
        }

        ulong sign = isNegative ? format.SignBit : 0;
        if (isTiny && context.FlushesToZero)
        {
            context.Raised |= FloatContext.Underflow | FloatContext.Inexact;
            return sign;
        }

        ulong rounded = Cut(significand, resultUnit - unit, isNegative, context.Rounding, out bool isInexact);
        if (rounded >> precision != 0)
        {
            rounded >>= 1;
            resultUnit++;
        }

        // Not masked, an underflow hands over the result of an exponent without bounds, and that is what is inexact or not.
        if (isTiny && !context.IsUnderflowMasked) isInexact = isInexactAtFullPrecision;
        if (isTiny && (isInexact || !context.IsUnderflowMasked)) context.Raised |= FloatContext.Underflow;
        if (isInexact) context.Raised |= FloatContext.Inexact;
        int exponent = rounded >> format.FractionBits == 0 ? 0 : resultUnit + format.FractionBits + format.Bias;
        if (exponent < format.LargestExponent) return sign | ((ulong)exponent << format.FractionBits) | (rounded & format.FractionMask);

        context.Raised |= FloatContext.Overflow | FloatContext.Inexact;
        bool becomesInfinite = context.Rounding switch
        {
            FloatRounding.NearestEven => true,
            FloatRounding.Down => isNegative,
            FloatRounding.Up => !isNegative,
            _ => false,
        };
        return sign | (becomesInfinite ? format.Infinity : format.Infinity - 1);
    }

    /// <summary>Cuts bits off the end of a number, rounding it to an integer.</summary>
    /// <param name="value">The number.</param>
    /// <param name="count">How many bits; negative to append zeros.</param>
    /// <param name="isNegative">The sign that the number has.</param>
    /// <param name="rounding">How to round.</param>
    /// <param name="isInexact">Whether a bit that was cut off was set.</param>
    public static ulong Cut(UInt128 value, int count, bool isNegative, FloatRounding rounding, out bool isInexact)
    {
        isInexact = false;
        if (count <= 0) return (ulong)(value << -count);
        if (count > 127)
        {
            isInexact = true;
            return RoundsUp(0, -1, isNegative, rounding) ? 1UL : 0;
        }

        UInt128 rest = value & ((UInt128.One << count) - 1);
        var kept = (ulong)(value >> count);
        if (rest == 0) return kept;
        isInexact = true;
        return RoundsUp(kept, rest.CompareTo(UInt128.One << (count - 1)), isNegative, rounding) ? kept + 1 : kept;
    }

    private static bool RoundsUp(ulong kept, int comparedToHalf, bool isNegative, FloatRounding rounding) => rounding switch
    {
        FloatRounding.NearestEven => comparedToHalf > 0 || (comparedToHalf == 0 && (kept & 1) != 0),
        FloatRounding.Down => isNegative,
        FloatRounding.Up => !isNegative,
        _ => false,
    };
}
