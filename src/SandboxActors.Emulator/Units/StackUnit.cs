using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>The stack: what is pushed and popped, and frames.</summary>
internal static class StackUnit
{
    private const int PointerSize = 8;

    // Levels of nesting are taken modulo 32.
    private const int NestingMask = 31;

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Push] = static (ref cpu, operation) => Push(ref cpu, ValueToPush(ref cpu, operation), operation.Size);
        handlers[Mnemonic.Pop] = static (ref cpu, operation) => Pop(ref cpu, operation);
        handlers[Mnemonic.Pushfq] = static (ref cpu, _) => Push(ref cpu, FlagsImage(ref cpu), PointerSize);
        handlers[Mnemonic.Pushf] = static (ref cpu, _) => Push(ref cpu, FlagsImage(ref cpu), 2);
        handlers[Mnemonic.Popfq] = static (ref cpu, _) => PopFlags(ref cpu, PointerSize);
        handlers[Mnemonic.Popf] = static (ref cpu, _) => PopFlags(ref cpu, 2);
        handlers[Mnemonic.Leave] = static (ref cpu, operation) => Leave(ref cpu, operation);
        handlers[Mnemonic.Enter] = static (ref cpu, operation) => Enter(ref cpu, operation);
    }

    /// <summary>Pushes 2 or 8 bytes.</summary>
    public static void Push(ref Cpu cpu, ulong value, int size)
    {
        ulong top = cpu.Register(RegisterFile.Rsp) - (ulong)size;
        cpu.WriteMemory(top, size, value);
        cpu.Register(RegisterFile.Rsp) = top;
    }

    /// <summary>
    /// Of an instruction that uses the stack, an operand elsewhere in memory whose address is not canonical is #GP, where the stack itself is #SS.
    /// </summary>
    /// <exception cref="ProcessorTrapException">#GP.</exception>
    public static void CheckOperand(ref Cpu cpu, Operation operation)
    {
        bool isElsewhere = operation.DestinationKind == OperandKind.Memory
            && (operation.Base is not (RegisterFile.Rsp or RegisterFile.Rbp) || operation.Segment != SegmentBase.None);
        if (isElsewhere && !Cpu.IsCanonical(cpu.AddressOf(operation))) throw ProcessorTrapException.Protection();
    }

    private static ulong ValueToPush(ref Cpu cpu, Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Segment) return SegmentMoves.SelectorOf(cpu.State.Special, operation.Destination);
        if (operation.DestinationKind == OperandKind.Immediate) return operation.Immediate;
        CheckOperand(ref cpu, operation);
        return cpu.ReadDestination(operation);
    }

    private static void Pop(ref Cpu cpu, Operation operation)
    {
        ulong old = cpu.Register(RegisterFile.Rsp);
        ulong value = cpu.ReadMemory(old, operation.Size);
        if (operation.DestinationKind == OperandKind.Segment)
        {
            SegmentMoves.Load(ref cpu, operation.Destination, (ushort)value);
            cpu.Register(RegisterFile.Rsp) = old + (ulong)operation.Size;
            return;
        }

        // A destination in memory that is relative to the stack pointer is relative to the new one; and popping the pointer itself sets it.
        cpu.Register(RegisterFile.Rsp) = old + (ulong)operation.Size;
        try
        {
            CheckOperand(ref cpu, operation);
            cpu.WriteDestination(operation, value);
        }
        catch (ProcessorTrapException)
        {
            cpu.Register(RegisterFile.Rsp) = old;
            throw;
        }
    }

    private static ulong FlagsImage(ref Cpu cpu) => cpu.State.Flags & ~ProcessorFlags.Resume;

    private static void PopFlags(ref Cpu cpu, int size)
    {
        ulong old = cpu.Register(RegisterFile.Rsp);
        ulong value = cpu.ReadMemory(old, size);
        cpu.Register(RegisterFile.Rsp) = old + (ulong)size;
        cpu.SetFlags(size == 2 ? ProcessorFlags.Writable & 0xFFFF : ProcessorFlags.Writable, value);
    }

    private static void Leave(ref Cpu cpu, Operation operation)
    {
        ulong frame = cpu.Register(RegisterFile.Rbp);
        cpu.WriteRegister(RegisterFile.Rbp, operation.Size, cpu.ReadMemory(frame, operation.Size));
        cpu.Register(RegisterFile.Rsp) = frame + (ulong)operation.Size;
    }

    private static void Enter(ref Cpu cpu, Operation operation)
    {
        int size = operation.Size;
        int level = operation.SecondImmediate & NestingMask;
        ulong top = cpu.Register(RegisterFile.Rsp) - (ulong)size;
        ulong frame = top;
        ulong outer = cpu.Register(RegisterFile.Rbp);
        cpu.WriteMemory(top, size, outer);
        for (int i = 1; i < level; i++)
        {
            outer -= (ulong)size;
            top -= (ulong)size;
            cpu.WriteMemory(top, size, cpu.ReadMemory(outer, size));
        }

        if (level > 0)
        {
            top -= (ulong)size;
            cpu.WriteMemory(top, size, frame);
        }

        top -= operation.Immediate & 0xFFFF;
        // The processor tries the new top, so that a frame that does not fit faults here.
        cpu.CheckWritable(top, 1);
        cpu.WriteRegister(RegisterFile.Rbp, size, frame);
        cpu.Register(RegisterFile.Rsp) = top;
    }
}
