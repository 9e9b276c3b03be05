namespace SandboxActors.Emulator;

/// <summary>A binary floating point format of IEEE 754, and its numbers as bits.</summary>
internal sealed record FloatFormat(int FractionBits, int ExponentBits)
{
    public static readonly FloatFormat Single = new(23, 8);
    public static readonly FloatFormat Double = new(52, 11);

    public int Bias { get; } = (1 << (ExponentBits - 1)) - 1;

    public int LargestExponent { get; } = (1 << ExponentBits) - 1;

    public ulong FractionMask { get; } = (1UL << FractionBits) - 1;

    public ulong SignBit { get; } = 1UL << (FractionBits + ExponentBits);

    public ulong Infinity { get; } = ((1UL << ExponentBits) - 1) << FractionBits;

    public ulong QuietBit { get; } = 1UL << (FractionBits - 1);

    /// <summary>What an invalid operation gives: the negative quiet NaN without payload.</summary>
    public ulong Indefinite => SignBit | Infinity | QuietBit;

    /// <summary>The exponent of the last bit of the smallest numbers.</summary>
    public int LowestUnit => 1 - Bias - FractionBits;

    public int ExponentOf(ulong value) => (int)(value >> FractionBits) & LargestExponent;

    public bool IsNegative(ulong value) => (value & SignBit) != 0;

    public bool IsNaN(ulong value) => (value & ~SignBit) > Infinity;

    public bool IsSignaling(ulong value) => IsNaN(value) && (value & QuietBit) == 0;

    public bool IsInfinite(ulong value) => (value & ~SignBit) == Infinity;

    public bool IsZero(ulong value) => (value & ~SignBit) == 0;

    public bool IsSubnormal(ulong value) => ExponentOf(value) == 0 && (value & FractionMask) != 0;

    /// <summary>The integer of which a finite number is a multiple by a power of two.</summary>
    public ulong SignificandOf(ulong value) => (value & FractionMask) | (ExponentOf(value) == 0 ? 0 : 1UL << FractionBits);

    /// <summary>The power of two that goes with <see cref="SignificandOf"/>.</summary>
    public int UnitOf(ulong value) => Math.Max(ExponentOf(value), 1) - Bias - FractionBits;
}
