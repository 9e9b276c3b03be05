using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Addition, subtraction, comparison, and bitwise operations.</summary>
internal static class ArithmeticUnit
{
    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Add] = static (ref cpu, operation) => Add(ref cpu, operation, carry: 0);
        handlers[Mnemonic.Adc] = static (ref cpu, operation) => Add(ref cpu, operation, cpu.State.Flags & ProcessorFlags.Carry);
        handlers[Mnemonic.Sub] = static (ref cpu, operation) => Subtract(ref cpu, operation, borrow: 0);
        handlers[Mnemonic.Sbb] = static (ref cpu, operation) => Subtract(ref cpu, operation, cpu.State.Flags & ProcessorFlags.Carry);
        handlers[Mnemonic.Cmp] = static (ref cpu, operation) => Compare(ref cpu, operation);
        handlers[Mnemonic.And] = static (ref cpu, operation) => WriteLogic(ref cpu, operation, cpu.ReadDestination(operation) & cpu.ReadSource(operation));
        handlers[Mnemonic.Or] = static (ref cpu, operation) => WriteLogic(ref cpu, operation, cpu.ReadDestination(operation) | cpu.ReadSource(operation));
        handlers[Mnemonic.Xor] = static (ref cpu, operation) => WriteLogic(ref cpu, operation, cpu.ReadDestination(operation) ^ cpu.ReadSource(operation));
        handlers[Mnemonic.Test] = static (ref cpu, operation) =>
            cpu.SetLogicFlags(cpu.ReadDestination(operation) & cpu.ReadSource(operation), operation.Size);
        handlers[Mnemonic.Not] = static (ref cpu, operation) =>
            cpu.WriteDestination(operation, ~cpu.ReadDestination(operation) & Cpu.Mask(operation.Size));
        handlers[Mnemonic.Neg] = static (ref cpu, operation) => Negate(ref cpu, operation);
        handlers[Mnemonic.Inc] = static (ref cpu, operation) => Step(ref cpu, operation, isUp: true);
        handlers[Mnemonic.Dec] = static (ref cpu, operation) => Step(ref cpu, operation, isUp: false);
        handlers[Mnemonic.Xadd] = static (ref cpu, operation) => ExchangeAndAdd(ref cpu, operation);
        handlers[Mnemonic.Cmpxchg] = static (ref cpu, operation) => CompareAndExchange(ref cpu, operation);
        handlers[Mnemonic.Cmpxchg8b] = static (ref cpu, operation) => CompareAndExchange8(ref cpu, operation);
        handlers[Mnemonic.Cmpxchg16b] = static (ref cpu, operation) => CompareAndExchange16(ref cpu, operation);
    }

    private static void Add(ref Cpu cpu, Operation operation, ulong carry)
    {
        ulong left = cpu.ReadDestination(operation);
        ulong right = cpu.ReadSource(operation);
        ulong result = (left + right + carry) & Cpu.Mask(operation.Size);
        cpu.WriteDestination(operation, result);
        cpu.SetAddFlags(left, right, result, operation.Size);
    }

    private static void Subtract(ref Cpu cpu, Operation operation, ulong borrow)
    {
        ulong left = cpu.ReadDestination(operation);
        ulong right = cpu.ReadSource(operation);
        ulong result = (left - right - borrow) & Cpu.Mask(operation.Size);
        cpu.WriteDestination(operation, result);
        cpu.SetSubtractFlags(left, right, result, operation.Size);
    }

    private static void Compare(ref Cpu cpu, Operation operation)
    {
        ulong left = cpu.ReadDestination(operation);
        ulong right = cpu.ReadSource(operation);
        cpu.SetSubtractFlags(left, right, (left - right) & Cpu.Mask(operation.Size), operation.Size);
    }

    private static void WriteLogic(ref Cpu cpu, Operation operation, ulong result)
    {
        cpu.WriteDestination(operation, result);
        cpu.SetLogicFlags(result, operation.Size);
    }

    private static void Negate(ref Cpu cpu, Operation operation)
    {
        ulong value = cpu.ReadDestination(operation);
        ulong result = (0 - value) & Cpu.Mask(operation.Size);
        cpu.WriteDestination(operation, result);
        cpu.SetSubtractFlags(0, value, result, operation.Size);
    }

    // The carry stays.
    private static void Step(ref Cpu cpu, Operation operation, bool isUp)
    {
        ulong carry = cpu.State.Flags & ProcessorFlags.Carry;
        ulong value = cpu.ReadDestination(operation);
        ulong result = (isUp ? value + 1 : value - 1) & Cpu.Mask(operation.Size);
        cpu.WriteDestination(operation, result);
        if (isUp) cpu.SetAddFlags(value, 1, result, operation.Size);
        else cpu.SetSubtractFlags(value, 1, result, operation.Size);
        cpu.SetFlags(ProcessorFlags.Carry, carry);
    }

    private static void ExchangeAndAdd(ref Cpu cpu, Operation operation)
    {
        ulong left = cpu.ReadDestination(operation);
        ulong right = cpu.ReadSource(operation);
        ulong result = (left + right) & Cpu.Mask(operation.Size);
        if (operation.DestinationKind == OperandKind.Memory)
        {
            cpu.WriteDestination(operation, result);
            cpu.WriteSource(operation, left);
        }
        else
        {
            // The sum wins where both are the same register.
            cpu.WriteSource(operation, left);
            cpu.WriteDestination(operation, result);
        }

        cpu.SetAddFlags(left, right, result, operation.Size);
    }

    // The destination is written either way, so that a read-only page faults either way.
    private static void CompareAndExchange(ref Cpu cpu, Operation operation)
    {
        ulong accumulator = cpu.Register(RegisterFile.Rax) & Cpu.Mask(operation.Size);
        ulong value = cpu.ReadDestination(operation);
        bool isEqual = accumulator == value;
        if (isEqual) cpu.WriteDestination(operation, cpu.ReadSource(operation));
        else if (operation.DestinationKind == OperandKind.Memory) cpu.WriteDestination(operation, value);
        cpu.SetSubtractFlags(accumulator, value, (accumulator - value) & Cpu.Mask(operation.Size), operation.Size);
        if (!isEqual) cpu.WriteRegister(RegisterFile.Rax, operation.Size, value);
    }

    private static void CompareAndExchange8(ref Cpu cpu, Operation operation)
    {
        ulong address = cpu.AddressOf(operation);
        ulong value = cpu.Read<ulong>(address);
        ulong expected = (cpu.Register(RegisterFile.Rdx) << 32) | (uint)cpu.Register(RegisterFile.Rax);
        bool isEqual = value == expected;
        cpu.Write(address, isEqual ? (cpu.Register(RegisterFile.Rcx) << 32) | (uint)cpu.Register(RegisterFile.Rbx) : value);
        if (!isEqual)
        {
            cpu.Register(RegisterFile.Rdx) = value >> 32;
            cpu.Register(RegisterFile.Rax) = (uint)value;
        }

        cpu.SetFlag(ProcessorFlags.Zero, isEqual);
    }

    private static void CompareAndExchange16(ref Cpu cpu, Operation operation)
    {
        ulong address = cpu.AddressOf(operation);
        if ((address & 15) != 0) throw ProcessorTrapException.Protection();
        UInt128 value = cpu.Read<UInt128>(address);
        bool isEqual = value == new UInt128(cpu.Register(RegisterFile.Rdx), cpu.Register(RegisterFile.Rax));
        cpu.Write(address, isEqual ? new UInt128(cpu.Register(RegisterFile.Rcx), cpu.Register(RegisterFile.Rbx)) : value);
        if (!isEqual)
        {
            cpu.Register(RegisterFile.Rdx) = (ulong)(value >> 64);
            cpu.Register(RegisterFile.Rax) = (ulong)value;
        }

        cpu.SetFlag(ProcessorFlags.Zero, isEqual);
    }
}
