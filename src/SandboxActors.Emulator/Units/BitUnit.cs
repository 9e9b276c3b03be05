using System.Numerics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Testing, changing, finding and counting bits.</summary>
internal static class BitUnit
{
    private enum Change
    {
        None,
        Set,
        Reset,
        Complement,
    }

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Bt] = static (ref cpu, operation) => Test(ref cpu, operation, Change.None);
        handlers[Mnemonic.Bts] = static (ref cpu, operation) => Test(ref cpu, operation, Change.Set);
        handlers[Mnemonic.Btr] = static (ref cpu, operation) => Test(ref cpu, operation, Change.Reset);
        handlers[Mnemonic.Btc] = static (ref cpu, operation) => Test(ref cpu, operation, Change.Complement);
        handlers[Mnemonic.Bsf] = static (ref cpu, operation) => Scan(ref cpu, operation, isForward: true);
        handlers[Mnemonic.Bsr] = static (ref cpu, operation) => Scan(ref cpu, operation, isForward: false);

        // CPUID says that there is no BMI1 and no LZCNT, and a processor without them ignores the prefix.
        handlers[Mnemonic.Tzcnt] = static (ref cpu, operation) => Scan(ref cpu, operation, isForward: true);
        handlers[Mnemonic.Lzcnt] = static (ref cpu, operation) => Scan(ref cpu, operation, isForward: false);
        handlers[Mnemonic.Popcnt] = static (ref cpu, operation) => Count(ref cpu, operation);
    }

    // In memory a bit number in a register reaches far beyond the operand, in both directions.
    private static void Test(ref Cpu cpu, Operation operation, Change change)
    {
        int bits = operation.Size * 8;
        ulong number = cpu.ReadSource(operation);
        bool isFar = operation.DestinationKind == OperandKind.Memory && operation.SourceKind == OperandKind.Register;
        long unit = isFar ? Cpu.SignExtend(number, operation.Size) >> BitOperations.Log2((uint)bits) : 0;
        ulong address = operation.DestinationKind == OperandKind.Memory ? cpu.FarAddressOf(operation, unit * operation.Size) : 0;
        ulong value = operation.DestinationKind == OperandKind.Memory ? cpu.ReadMemory(address, operation.Size) : cpu.ReadDestination(operation);
        ulong bit = 1UL << (int)(number & (ulong)(bits - 1));
        ulong changed = change switch
        {
            Change.Set => value | bit,
            Change.Reset => value & ~bit,
            Change.Complement => value ^ bit,
            _ => value,
        };
        if (change != Change.None && operation.DestinationKind == OperandKind.Memory) cpu.WriteMemory(address, operation.Size, changed);
        else if (change != Change.None) cpu.WriteDestination(operation, changed);
        cpu.SetFlag(ProcessorFlags.Carry, (value & bit) != 0);
    }

    // With a source of zero the destination stays as it is.
    private static void Scan(ref Cpu cpu, Operation operation, bool isForward)
    {
        ulong value = cpu.ReadSource(operation);
        cpu.SetFlag(ProcessorFlags.Zero, value == 0);
        if (value == 0) return;
        int found = isForward ? BitOperations.TrailingZeroCount(value) : BitOperations.Log2(value);
        cpu.WriteRegister(operation.Destination, operation.Size, (ulong)found);
    }

    private static void Count(ref Cpu cpu, Operation operation)
    {
        ulong value = cpu.ReadSource(operation);
        cpu.WriteRegister(operation.Destination, operation.Size, (ulong)BitOperations.PopCount(value));
        cpu.SetFlags(ProcessorFlags.Arithmetic, value == 0 ? ProcessorFlags.Zero : 0);
    }
}
