using System.Buffers.Binary;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Moving data between general registers and memory.</summary>
internal static class MoveUnit
{
    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Mov] = static (ref cpu, operation) => Move(ref cpu, operation);
        handlers[Mnemonic.Movnti] = static (ref cpu, operation) => Move(ref cpu, operation);
        handlers[Mnemonic.Movzx] = static (ref cpu, operation) => cpu.WriteRegister(operation.Destination, operation.Size, cpu.ReadSource(operation));
        handlers[Mnemonic.Movsx] = MoveSigned;
        handlers[Mnemonic.Movsxd] = MoveSigned;
        handlers[Mnemonic.Lea] = static (ref cpu, operation) => cpu.WriteRegister(operation.Destination, operation.Size, EffectiveAddress(ref cpu, operation));
        handlers[Mnemonic.Xchg] = static (ref cpu, operation) => Exchange(ref cpu, operation);
        handlers[Mnemonic.Bswap] = static (ref cpu, operation) => SwapBytes(ref cpu, operation);
        handlers[Mnemonic.Cbw] = static (ref cpu, _) => cpu.WriteRegister(RegisterFile.Rax, 2, (ulong)(sbyte)cpu.Register(RegisterFile.Rax));
        handlers[Mnemonic.Cwde] = static (ref cpu, _) => cpu.WriteRegister(RegisterFile.Rax, 4, (ulong)(short)cpu.Register(RegisterFile.Rax));
        handlers[Mnemonic.Cdqe] = static (ref cpu, _) => cpu.WriteRegister(RegisterFile.Rax, 8, (ulong)(int)cpu.Register(RegisterFile.Rax));
        handlers[Mnemonic.Cwd] = static (ref cpu, _) => cpu.WriteRegister(RegisterFile.Rdx, 2, SignOf(ref cpu, 2));
        handlers[Mnemonic.Cdq] = static (ref cpu, _) => cpu.WriteRegister(RegisterFile.Rdx, 4, SignOf(ref cpu, 4));
        handlers[Mnemonic.Cqo] = static (ref cpu, _) => cpu.WriteRegister(RegisterFile.Rdx, 8, SignOf(ref cpu, 8));
        handlers[Mnemonic.Xlatb] = static (ref cpu, operation) => cpu.WriteRegister(RegisterFile.Rax, 1, Translate(ref cpu, operation));
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Cmovo, Mnemonic.Cmovno, Mnemonic.Cmovb, Mnemonic.Cmovae, Mnemonic.Cmove, Mnemonic.Cmovne, Mnemonic.Cmovbe, Mnemonic.Cmova,
            Mnemonic.Cmovs, Mnemonic.Cmovns, Mnemonic.Cmovp, Mnemonic.Cmovnp, Mnemonic.Cmovl, Mnemonic.Cmovge, Mnemonic.Cmovle, Mnemonic.Cmovg,
        })
            handlers[mnemonic] = ConditionalMove;
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Seto, Mnemonic.Setno, Mnemonic.Setb, Mnemonic.Setae, Mnemonic.Sete, Mnemonic.Setne, Mnemonic.Setbe, Mnemonic.Seta,
            Mnemonic.Sets, Mnemonic.Setns, Mnemonic.Setp, Mnemonic.Setnp, Mnemonic.Setl, Mnemonic.Setge, Mnemonic.Setle, Mnemonic.Setg,
        })
            handlers[mnemonic] = SetByCondition;
    }

    private static readonly Handler MoveSigned = static (ref cpu, operation) =>
        cpu.WriteRegister(operation.Destination, operation.Size, (ulong)Cpu.SignExtend(cpu.ReadSource(operation), operation.SourceSize));

    // The source is read, and may fault, whether it is moved or not; and a 4-byte destination is zero-extended either way.
    private static readonly Handler ConditionalMove = static (ref cpu, operation) =>
    {
        ulong source = cpu.ReadSource(operation);
        cpu.WriteRegister(operation.Destination, operation.Size, cpu.Holds(operation.Condition) ? source : cpu.Register(operation.Destination));
    };

    private static readonly Handler SetByCondition = static (ref cpu, operation) => cpu.WriteDestination(operation, cpu.Holds(operation.Condition) ? 1UL : 0);

    private static void Move(ref Cpu cpu, Operation operation)
    {
        if (operation.SourceKind == OperandKind.Segment || operation.DestinationKind == OperandKind.Segment) SegmentMoves.Move(ref cpu, operation);
        else if (operation.DestinationKind == OperandKind.None || operation.SourceKind == OperandKind.None) throw ProcessorTrapException.Protection();
        else cpu.WriteDestination(operation, cpu.ReadSource(operation));
    }

    private static ulong EffectiveAddress(ref Cpu cpu, Operation operation)
    {
        ulong address = operation.Displacement + cpu.Register(operation.Base) + (cpu.Register(operation.IndexRegister) << operation.IndexShift);
        return operation.HasAddress32 ? (uint)address : address;
    }

    private static void Exchange(ref Cpu cpu, Operation operation)
    {
        ulong first = cpu.ReadDestination(operation);
        ulong second = cpu.ReadSource(operation);
        // Memory, which may fault, first.
        if (operation.SourceKind == OperandKind.Memory)
        {
            cpu.WriteSource(operation, first);
            cpu.WriteDestination(operation, second);
        }
        else
        {
            cpu.WriteDestination(operation, second);
            cpu.WriteSource(operation, first);
        }
    }

    // For 16 bits the result is undefined; processors give zero.
    private static void SwapBytes(ref Cpu cpu, Operation operation)
    {
        ulong value = cpu.Register(operation.Destination);
        ulong swapped = operation.Size switch
        {
            8 => BinaryPrimitives.ReverseEndianness(value),
            4 => BinaryPrimitives.ReverseEndianness((uint)value),
            _ => 0,
        };
        cpu.WriteRegister(operation.Destination, operation.Size, swapped);
    }

    private static ulong SignOf(ref Cpu cpu, int size) => (ulong)(Cpu.SignExtend(cpu.Register(RegisterFile.Rax), size) >> 63);

    private static ulong Translate(ref Cpu cpu, Operation operation)
    {
        ulong address = cpu.Register(RegisterFile.Rbx) + (byte)cpu.Register(RegisterFile.Rax);
        return cpu.Read<byte>(cpu.StringAddress(address, operation));
    }
}
