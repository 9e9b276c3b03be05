using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>Multiplication and division.</summary>
internal static class MultiplyUnit
{
    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Mul] = static (ref cpu, operation) => Multiply(ref cpu, operation);
        handlers[Mnemonic.Imul] = static (ref cpu, operation) => MultiplySigned(ref cpu, operation);
        handlers[Mnemonic.Div] = static (ref cpu, operation) => Divide(ref cpu, operation);
        handlers[Mnemonic.Idiv] = static (ref cpu, operation) => DivideSigned(ref cpu, operation);
    }

    private static void Multiply(ref Cpu cpu, Operation operation)
    {
        int size = operation.Size;
        ulong left = cpu.Register(RegisterFile.Rax) & Cpu.Mask(size);
        ulong high = Math.BigMul(left, cpu.ReadDestination(operation), out ulong low);
        var product = new UInt128(high, low);
        WriteWide(ref cpu, size, product);
        cpu.SetFlags(ProcessorFlags.Arithmetic, FlagsOf(product >> (size * 8) != 0, low & Cpu.Mask(size), size));
    }

    private static void MultiplySigned(ref Cpu cpu, Operation operation)
    {
        int size = operation.Size;
        bool isWide = operation.SourceKind == OperandKind.None;
        long left = Cpu.SignExtend(isWide ? cpu.Register(RegisterFile.Rax) : MultiplicandOf(ref cpu, operation), size);
        long right = Cpu.SignExtend(isWide ? cpu.ReadDestination(operation) : cpu.ReadSource(operation), size);
        Int128 product = (Int128)left * right;
        ulong low = (ulong)product & Cpu.Mask(size);
        if (isWide) WriteWide(ref cpu, size, (UInt128)product);
        else cpu.WriteRegister(operation.Destination, size, low);
        cpu.SetFlags(ProcessorFlags.Arithmetic, FlagsOf(product != Cpu.SignExtend(low, size), low, size));
    }

    // With three operands the first is only written.
    private static ulong MultiplicandOf(ref Cpu cpu, Operation operation) =>
        operation.HasThirdOperand ? operation.Immediate : cpu.ReadDestination(operation);

    private static void WriteWide(ref Cpu cpu, int size, UInt128 product)
    {
        if (size == 1)
        {
            cpu.WriteRegister(RegisterFile.Rax, 2, (ulong)product);
            return;
        }

        cpu.WriteRegister(RegisterFile.Rax, size, (ulong)product);
        cpu.WriteRegister(RegisterFile.Rdx, size, (ulong)(product >> (size * 8)));
    }

    /// <summary>The flags of a signed product whose upper half is dropped.</summary>
    /// <param name="left">One factor, sign-extended.</param>
    /// <param name="right">The other, sign-extended.</param>
    /// <param name="size">In bytes.</param>
    public static ulong SignedFlags(long left, long right, int size)
    {
        Int128 product = (Int128)left * right;
        ulong low = (ulong)product & Cpu.Mask(size);
        return FlagsOf(product != Cpu.SignExtend(low, size), low, size);
    }

    /// <summary>The flags of a product: only CF and OF are defined; the others are those of the low half.</summary>
    public static ulong FlagsOf(bool overflow, ulong low, int size) =>
        Cpu.ResultFlags(low, size) | (overflow ? ProcessorFlags.Carry | ProcessorFlags.Overflow : 0);

    private static UInt128 DividendOf(ref Cpu cpu, int size)
    {
        if (size == 1) return (ushort)cpu.Register(RegisterFile.Rax);
        ulong mask = Cpu.Mask(size);
        return ((UInt128)(cpu.Register(RegisterFile.Rdx) & mask) << (size * 8)) | (cpu.Register(RegisterFile.Rax) & mask);
    }

    private static void Divide(ref Cpu cpu, Operation operation)
    {
        int size = operation.Size;
        ulong divisor = cpu.ReadDestination(operation);
        if (divisor == 0) throw ProcessorTrapException.Fault(CpuException.DivideError);
        UInt128 dividend = DividendOf(ref cpu, size);
        UInt128 quotient;
        UInt128 remainder;
        if (dividend <= ulong.MaxValue) (quotient, remainder) = Math.DivRem((ulong)dividend, divisor);
        else (quotient, remainder) = UInt128.DivRem(dividend, divisor);
        if (quotient > Cpu.Mask(size)) throw ProcessorTrapException.Fault(CpuException.DivideError);
        WriteQuotient(ref cpu, size, (ulong)quotient, (ulong)remainder);
    }

    private static void DivideSigned(ref Cpu cpu, Operation operation)
    {
        int size = operation.Size;
        Int128 divisor = Cpu.SignExtend(cpu.ReadDestination(operation), size);
        if (divisor == 0) throw ProcessorTrapException.Fault(CpuException.DivideError);
        int spare = 128 - (size * 16);
        Int128 dividend = (Int128)(DividendOf(ref cpu, size) << spare) >> spare;
        // The one quotient that does not even fit 128 bits.
        if (dividend == Int128.MinValue && divisor == -1) throw ProcessorTrapException.Fault(CpuException.DivideError);
        (Int128 quotient, Int128 remainder) = Int128.DivRem(dividend, divisor);
        if (quotient != Cpu.SignExtend((ulong)quotient & Cpu.Mask(size), size)) throw ProcessorTrapException.Fault(CpuException.DivideError);
        WriteQuotient(ref cpu, size, (ulong)quotient, (ulong)remainder);
    }

    // The flags, all undefined, stay.
    private static void WriteQuotient(ref Cpu cpu, int size, ulong quotient, ulong remainder)
    {
        if (size == 1)
        {
            cpu.WriteRegister(RegisterFile.Rax, 2, (byte)quotient | ((remainder & 0xFF) << 8));
            return;
        }

        cpu.WriteRegister(RegisterFile.Rax, size, quotient);
        cpu.WriteRegister(RegisterFile.Rdx, size, remainder);
    }
}
