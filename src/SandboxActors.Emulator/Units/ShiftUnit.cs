using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>
/// Shifts and rotations. A count of zero changes no flag. OF is defined for a count of one alone; it is computed by the same rule for every count.
/// </summary>
internal static class ShiftUnit
{
    private const int OverflowShift = 11;

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Shl] = static (ref cpu, operation) => ShiftLeft(ref cpu, operation);
        handlers[Mnemonic.Sal] = static (ref cpu, operation) => ShiftLeft(ref cpu, operation);
        handlers[Mnemonic.Shr] = static (ref cpu, operation) => ShiftRight(ref cpu, operation);
        handlers[Mnemonic.Sar] = static (ref cpu, operation) => ShiftRightSigned(ref cpu, operation);
        handlers[Mnemonic.Rol] = static (ref cpu, operation) => RotateLeft(ref cpu, operation);
        handlers[Mnemonic.Ror] = static (ref cpu, operation) => RotateRight(ref cpu, operation);
        handlers[Mnemonic.Rcl] = static (ref cpu, operation) => RotateThroughCarry(ref cpu, operation, isLeft: true);
        handlers[Mnemonic.Rcr] = static (ref cpu, operation) => RotateThroughCarry(ref cpu, operation, isLeft: false);
        handlers[Mnemonic.Shld] = static (ref cpu, operation) => ShiftDouble(ref cpu, operation, isLeft: true);
        handlers[Mnemonic.Shrd] = static (ref cpu, operation) => ShiftDouble(ref cpu, operation, isLeft: false);
    }

    private static int CountOf(ref Cpu cpu, Operation operation)
    {
        ulong count = operation.Condition < 0 ? cpu.Register(RegisterFile.Rcx) : operation.Immediate;
        return (int)count & (operation.Size == 8 ? 63 : 31);
    }

    /// <summary>The flags of a shift to the left by a count that is not zero.</summary>
    public static ulong LeftFlags(ulong value, int count, int size)
    {
        int bits = size * 8;
        ulong result = (value << count) & Cpu.Mask(size);
        ulong carry = count <= bits ? (value >> (bits - count)) & 1 : 0;
        return FlagsOf(result, size, carry, (result >> (bits - 1)) ^ carry);
    }

    /// <summary>The flags of a shift to the right by a count that is not zero.</summary>
    public static ulong RightFlags(ulong value, int count, int size) =>
        FlagsOf(value >> count, size, (value >> (count - 1)) & 1, value >> ((size * 8) - 1));

    /// <summary>The flags of a shift to the right that keeps the sign, by a count that is not zero.</summary>
    /// <param name="value">Zero-extended.</param>
    /// <param name="count">How far.</param>
    /// <param name="size">In bytes.</param>
    public static ulong SignedRightFlags(ulong value, int count, int size)
    {
        long extended = Cpu.SignExtend(value, size);
        return FlagsOf((ulong)(extended >> count) & Cpu.Mask(size), size, (ulong)(extended >> (count - 1)) & 1, overflow: 0);
    }

    private static void ShiftLeft(ref Cpu cpu, Operation operation)
    {
        int count = CountOf(ref cpu, operation);
        ulong value = cpu.ReadDestination(operation);
        // Written with count zero too: memory must be writable, and a 4-byte register is zero-extended.
        cpu.WriteDestination(operation, (value << count) & Cpu.Mask(operation.Size));
        if (count != 0) cpu.SetFlags(ProcessorFlags.Arithmetic, LeftFlags(value, count, operation.Size));
    }

    private static void ShiftRight(ref Cpu cpu, Operation operation)
    {
        int count = CountOf(ref cpu, operation);
        ulong value = cpu.ReadDestination(operation);
        cpu.WriteDestination(operation, value >> count);
        if (count != 0) cpu.SetFlags(ProcessorFlags.Arithmetic, RightFlags(value, count, operation.Size));
    }

    private static void ShiftRightSigned(ref Cpu cpu, Operation operation)
    {
        int count = CountOf(ref cpu, operation);
        ulong value = cpu.ReadDestination(operation);
        cpu.WriteDestination(operation, (ulong)(Cpu.SignExtend(value, operation.Size) >> count) & Cpu.Mask(operation.Size));
        if (count != 0) cpu.SetFlags(ProcessorFlags.Arithmetic, SignedRightFlags(value, count, operation.Size));
    }

    private static ulong FlagsOf(ulong result, int size, ulong carry, ulong overflow) =>
        Cpu.ResultFlags(result, size) | carry | ((overflow & 1) << OverflowShift);

    private static void RotateLeft(ref Cpu cpu, Operation operation)
    {
        int count = CountOf(ref cpu, operation);
        ulong value = cpu.ReadDestination(operation);
        int bits = operation.Size * 8;
        int shift = count & (bits - 1);
        ulong result = shift == 0 ? value : ((value << shift) | (value >> (bits - shift))) & Cpu.Mask(operation.Size);
        ulong carry = result & 1;
        FinishRotation(ref cpu, operation, count, result, carry, (result >> (bits - 1)) ^ carry);
    }

    private static void RotateRight(ref Cpu cpu, Operation operation)
    {
        int count = CountOf(ref cpu, operation);
        ulong value = cpu.ReadDestination(operation);
        int bits = operation.Size * 8;
        int shift = count & (bits - 1);
        ulong result = shift == 0 ? value : ((value >> shift) | (value << (bits - shift))) & Cpu.Mask(operation.Size);
        ulong carry = result >> (bits - 1);
        FinishRotation(ref cpu, operation, count, result, carry, carry ^ (result >> (bits - 2)));
    }

    // A rotation of one bit more than the operand has, by at most 63 single steps.
    private static void RotateThroughCarry(ref Cpu cpu, Operation operation, bool isLeft)
    {
        int count = CountOf(ref cpu, operation);
        ulong value = cpu.ReadDestination(operation);
        int top = (operation.Size * 8) - 1;
        ulong carry = cpu.State.Flags & ProcessorFlags.Carry;
        ulong overflow = 0;
        for (int step = count % ((operation.Size * 8) + 1); step > 0; step--)
        {
            ulong leaving = isLeft ? (value >> top) & 1 : value & 1;
            if (!isLeft) overflow = (value >> top) ^ carry;
            value = isLeft ? (value << 1) | carry : (value >> 1) | (carry << top);
            carry = leaving;
        }

        value &= Cpu.Mask(operation.Size);
        if (isLeft) overflow = (value >> top) ^ carry;
        FinishRotation(ref cpu, operation, count, value, carry, overflow);
    }

    private static void FinishRotation(ref Cpu cpu, Operation operation, int count, ulong result, ulong carry, ulong overflow)
    {
        cpu.WriteDestination(operation, result);
        if (count != 0) cpu.SetFlags(ProcessorFlags.Carry | ProcessorFlags.Overflow, (carry & 1) | ((overflow & 1) << OverflowShift));
    }

    // For 16 bits and a count above 16 result and flags are undefined: here the bits come round again.
    private static void ShiftDouble(ref Cpu cpu, Operation operation, bool isLeft)
    {
        int count = CountOf(ref cpu, operation);
        ulong value = cpu.ReadDestination(operation);
        if (count == 0)
        {
            cpu.WriteDestination(operation, value);
            return;
        }

        int bits = operation.Size * 8;
        count = count > bits ? count - bits : count;
        ulong filler = cpu.Register(operation.Source) & Cpu.Mask(operation.Size);
        ulong result = isLeft ? (value << count) | (filler >> (bits - count)) : (value >> count) | (filler << (bits - count));
        result &= Cpu.Mask(operation.Size);
        ulong carry = isLeft ? (value >> (bits - count)) & 1 : (value >> (count - 1)) & 1;
        cpu.WriteDestination(operation, result);
        cpu.SetFlags(ProcessorFlags.Arithmetic, FlagsOf(result, operation.Size, carry, (result ^ value) >> (bits - 1)));
    }
}
