using System.Numerics;

namespace SandboxActors.Emulator;

/// <summary>
/// Addition, multiplication, division, square root, minimum and maximum of SSE, in integers: the same on every host, in every rounding mode, with
/// every exception. What is common, ordinary numbers rounded to nearest, is the host's (<see cref="HostFloats"/>).
/// </summary>
internal static class FloatArithmetic
{
    private const int GuardBits = 64;

    public static ulong Add(FloatFormat format, ulong left, ulong right, ref FloatContext context)
    {
        if (TryNaN(format, left, right, ref context, out ulong nan)) return nan;
        if (format.IsInfinite(left) && format.IsInfinite(right) && left != right) return Refuse(format, ref context);
        left = Operand(format, left, ref context);
        right = Operand(format, right, ref context);
        if (format.IsInfinite(left)) return left;
        if (format.IsInfinite(right)) return right;
        return AddFinite(format, left, right, ref context);
    }

    public static ulong Subtract(FloatFormat format, ulong left, ulong right, ref FloatContext context) =>
        Add(format, left, format.IsNaN(right) ? right : right ^ format.SignBit, ref context);

    public static ulong Multiply(FloatFormat format, ulong left, ulong right, ref FloatContext context)
    {
        if (TryNaN(format, left, right, ref context, out ulong nan)) return nan;
        ulong sign = (left ^ right) & format.SignBit;
        if (IsZeroOperand(format, left, context) && format.IsInfinite(right)) return Refuse(format, ref context);
        if (format.IsInfinite(left) && IsZeroOperand(format, right, context)) return Refuse(format, ref context);
        left = Operand(format, left, ref context);
        right = Operand(format, right, ref context);
        if (format.IsInfinite(left) || format.IsInfinite(right)) return sign | format.Infinity;
        if (format.IsZero(left) || format.IsZero(right)) return sign;
        UInt128 product = (UInt128)format.SignificandOf(left) * format.SignificandOf(right);
        return FloatRounder.Round(format, sign != 0, product, format.UnitOf(left) + format.UnitOf(right), ref context);
    }

    public static ulong Divide(FloatFormat format, ulong left, ulong right, ref FloatContext context)
    {
        if (TryNaN(format, left, right, ref context, out ulong nan)) return nan;
        ulong sign = (left ^ right) & format.SignBit;
        bool isLeftZero = IsZeroOperand(format, left, context);
        bool isRightZero = IsZeroOperand(format, right, context);
        if ((format.IsInfinite(left) && format.IsInfinite(right)) || (isLeftZero && isRightZero)) return Refuse(format, ref context);
        if (isRightZero && !format.IsInfinite(left))
        {
            context.Raised |= FloatContext.DivideByZero;
            return sign | format.Infinity;
        }

        left = Operand(format, left, ref context);
        right = Operand(format, right, ref context);
        if (format.IsInfinite(left)) return sign | format.Infinity;
        if (isLeftZero || format.IsInfinite(right)) return sign;
        ulong numerator = format.SignificandOf(left);
        int shift = BitOperations.LeadingZeroCount(numerator);
        UInt128 dividend = (UInt128)(numerator << shift) << (GuardBits - 1);
        (UInt128 quotient, UInt128 rest) = UInt128.DivRem(dividend, format.SignificandOf(right));
        if (rest != 0) quotient = (quotient << 1) | 1;
        else quotient <<= 1;
        return FloatRounder.Round(format, sign != 0, quotient, format.UnitOf(left) - shift - GuardBits - format.UnitOf(right), ref context);
    }

    public static ulong SquareRoot(FloatFormat format, ulong value, ref FloatContext context)
    {
        if (format.IsNaN(value)) return Quiet(format, value, ref context);
        if (IsZeroOperand(format, value, context)) return value & format.SignBit;
        if (format.IsNegative(value)) return Refuse(format, ref context);
        value = Operand(format, value, ref context);
        if (format.IsInfinite(value)) return value;
        ulong significand = format.SignificandOf(value);
        int unit = format.UnitOf(value);
        int shift = GuardBits - 2 + BitOperations.LeadingZeroCount(significand);
        if (((unit - shift) & 1) != 0) shift--;
        UInt128 square = (UInt128)significand << shift;
        UInt128 root = IntegerSquareRoot(square);
        UInt128 sticky = root * root == square ? UInt128.Zero : UInt128.One;
        return FloatRounder.Round(format, isNegative: false, (root << 1) | sticky, ((unit - shift) / 2) - 1, ref context);
    }

    /// <summary>MIN or MAX: the second operand if one is a NaN or both are zero.</summary>
    public static ulong Choose(FloatFormat format, ulong left, ulong right, bool greater, ref FloatContext context)
    {
        if (format.IsNaN(left) || format.IsNaN(right))
        {
            context.Raised |= FloatContext.Invalid;
            // Not noted, because the NaN goes first; but a zero, if it is to be one.
            return format.IsSubnormal(right) && context.TreatsDenormalsAsZeros ? right & format.SignBit : right;
        }

        ulong first = Operand(format, left, ref context);
        ulong second = Operand(format, right, ref context);
        int order = Order(format, first, second);
        return (greater ? order > 0 : order < 0) ? first : second;
    }

    /// <summary>Compares two numbers that are no NaN.</summary>
    public static int Order(FloatFormat format, ulong left, ulong right)
    {
        if (format.IsZero(left) && format.IsZero(right)) return 0;
        bool isNegative = format.IsNegative(left);
        if (isNegative != format.IsNegative(right)) return isNegative ? -1 : 1;
        return isNegative ? right.CompareTo(left) : left.CompareTo(right);
    }

    /// <summary>An operand as the operation sees it: a subnormal one is noted, or is zero.</summary>
    public static ulong Operand(FloatFormat format, ulong value, ref FloatContext context)
    {
        if (!format.IsSubnormal(value)) return value;
        if (context.TreatsDenormalsAsZeros) return value & format.SignBit;
        context.Raised |= FloatContext.Denormal;
        return value;
    }

    /// <summary>A NaN made quiet, which a signaling one raises an exception for.</summary>
    public static ulong Quiet(FloatFormat format, ulong value, ref FloatContext context)
    {
        if (format.IsSignaling(value)) context.Raised |= FloatContext.Invalid;
        return value | format.QuietBit;
    }

    // The first operand's NaN goes before the second's.
    private static bool TryNaN(FloatFormat format, ulong left, ulong right, ref FloatContext context, out ulong result)
    {
        result = 0;
        bool isLeft = format.IsNaN(left);
        if (!isLeft && !format.IsNaN(right)) return false;
        if (format.IsSignaling(left) || format.IsSignaling(right)) context.Raised |= FloatContext.Invalid;
        result = (isLeft ? left : right) | format.QuietBit;
        return true;
    }

    private static ulong Refuse(FloatFormat format, ref FloatContext context)
    {
        context.Raised |= FloatContext.Invalid;
        return format.Indefinite;
    }

    private static bool IsZeroOperand(FloatFormat format, ulong value, in FloatContext context) =>
        format.IsZero(value) || (context.TreatsDenormalsAsZeros && format.IsSubnormal(value));

    private static ulong AddFinite(FloatFormat format, ulong left, ulong right, ref FloatContext context)
    {
        if ((left & ~format.SignBit) < (right & ~format.SignBit)) (left, right) = (right, left);
        UInt128 large = (UInt128)format.SignificandOf(left) << GuardBits;
        UInt128 small = (UInt128)format.SignificandOf(right) << GuardBits;
        int distance = format.UnitOf(left) - format.UnitOf(right);
        if (distance > GuardBits) small = small == 0 ? UInt128.Zero : UInt128.One;
        else if (distance > 0) small >>= distance;

        bool isSameSign = ((left ^ right) & format.SignBit) == 0;
        UInt128 sum = isSameSign ? large + small : large - small;
        if (sum != 0) return FloatRounder.Round(format, format.IsNegative(left), sum, format.UnitOf(left) - GuardBits, ref context);

        // An exact zero: that of the operands' common sign, or else positive except when rounding down.
        bool isNegative = isSameSign ? format.IsNegative(left) : context.Rounding == FloatRounding.Down;
        return isNegative ? format.SignBit : 0;
    }

    private static UInt128 IntegerSquareRoot(UInt128 value)
    {
        UInt128 root = 0;
        for (UInt128 bit = UInt128.One << 126; bit != 0; bit >>= 2)
        {
            if (value >= root + bit)
            {
                value -= root + bit;
                root = (root >> 1) + bit;
            }
            else
            {
                root >>= 1;
            }
        }

        return root;
    }
}
