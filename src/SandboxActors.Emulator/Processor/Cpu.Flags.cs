using System.Numerics;
using System.Runtime.CompilerServices;

namespace SandboxActors.Emulator;

/// <content>The flags that arithmetic leaves (Intel SDM volume 1, appendix A).</content>
internal ref partial struct Cpu
{
    private const int OverflowShift = 11;

    public readonly bool IsSet(ulong flag) => (State.Flags & flag) != 0;

    /// <summary>Sets some flags, and keeps the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SetFlags(ulong which, ulong value) => State.Flags = (State.Flags & ~which) | (value & which);

    public readonly void SetFlag(ulong flag, bool value) => SetFlags(flag, value ? flag : 0);

    /// <summary>SF, ZF, PF of a result that has no bits above its size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ResultFlags(ulong result, int size)
    {
        ulong parity = (ulong)(~BitOperations.PopCount((byte)result) & 1) << 2;
        ulong zero = result == 0 ? ProcessorFlags.Zero : 0;
        ulong sign = (result >> ((size * 8) - 8)) & ProcessorFlags.Sign;
        return parity | zero | sign;
    }

    /// <summary>The flags of <paramref name="left"/> + <paramref name="right"/> (+ carry).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddFlags(ulong left, ulong right, ulong result, int size)
    {
        int top = (size * 8) - 1;
        ulong carry = (((left & right) | ((left | right) & ~result)) >> top) & 1;
        ulong overflow = (((left ^ result) & (right ^ result)) >> top) & 1;
        return carry | (overflow << OverflowShift) | ((left ^ right ^ result) & ProcessorFlags.Adjust) | ResultFlags(result, size);
    }

    /// <summary>The flags of <paramref name="left"/> - <paramref name="right"/> (- borrow).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SubtractFlags(ulong left, ulong right, ulong result, int size)
    {
        int top = (size * 8) - 1;
        ulong borrow = (((~left & right) | ((~left | right) & result)) >> top) & 1;
        ulong overflow = (((left ^ right) & (left ^ result)) >> top) & 1;
        return borrow | (overflow << OverflowShift) | ((left ^ right ^ result) & ProcessorFlags.Adjust) | ResultFlags(result, size);
    }

    /// <summary>Sets all flags for <paramref name="left"/> + <paramref name="right"/> (+ carry).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SetAddFlags(ulong left, ulong right, ulong result, int size) =>
        SetFlags(ProcessorFlags.Arithmetic, AddFlags(left, right, result, size));

    /// <summary>Sets all flags for <paramref name="left"/> - <paramref name="right"/> (- borrow).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SetSubtractFlags(ulong left, ulong right, ulong result, int size) =>
        SetFlags(ProcessorFlags.Arithmetic, SubtractFlags(left, right, result, size));

    /// <summary>Sets all flags for a bitwise result: no carry, no overflow; AF, which is undefined, is cleared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void SetLogicFlags(ulong result, int size) => SetFlags(ProcessorFlags.Arithmetic, ResultFlags(result, size));

    /// <summary>Whether a condition holds, by its number in machine code (Intel SDM volume 1, appendix B).</summary>
    public readonly bool Holds(int condition) => Holds(condition, State.Flags);

    /// <summary>Whether a condition holds with these flags.</summary>
    public static bool Holds(int condition, ulong flags)
    {
        bool holds = (condition >> 1) switch
        {
            0 => (flags & ProcessorFlags.Overflow) != 0,
            1 => (flags & ProcessorFlags.Carry) != 0,
            2 => (flags & ProcessorFlags.Zero) != 0,
            3 => (flags & (ProcessorFlags.Carry | ProcessorFlags.Zero)) != 0,
            4 => (flags & ProcessorFlags.Sign) != 0,
            5 => (flags & ProcessorFlags.Parity) != 0,
            6 => SignDiffersFromOverflow(flags),
            _ => (flags & ProcessorFlags.Zero) != 0 || SignDiffersFromOverflow(flags),
        };
        return holds != ((condition & 1) != 0);
    }

    private static bool SignDiffersFromOverflow(ulong flags) => (((flags >> 7) ^ (flags >> OverflowShift)) & 1) != 0;
}
