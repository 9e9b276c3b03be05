using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>
/// The string instructions. A repeated one is a loop whose state is in RCX, RSI and RDI after every step: so it can fault or be interrupted between
/// two steps, and is begun again where it was.
/// </summary>
internal static class StringUnit
{
    // At once, so that whoever wants the run to end need not wait long.
    private const ulong StepsBetweenLooks = 4096;

    private delegate void StringStep(ref Cpu cpu, Operation operation);

    private delegate ulong StringSteps(ref Cpu cpu, Operation operation, ulong most);

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Movsb, Mnemonic.Movsw, Mnemonic.Movsq })
            handlers[mnemonic] = static (ref cpu, operation) => Repeat(ref cpu, operation, Moves, StringBulk.Move, compares: false);
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Stosb, Mnemonic.Stosw, Mnemonic.Stosd, Mnemonic.Stosq })
            handlers[mnemonic] = static (ref cpu, operation) => Repeat(ref cpu, operation, Stores, StringBulk.Store, compares: false);
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Lodsb, Mnemonic.Lodsw, Mnemonic.Lodsd, Mnemonic.Lodsq })
            handlers[mnemonic] = static (ref cpu, operation) => Repeat(ref cpu, operation, Loads, StringBulk.None, compares: false);
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Cmpsb, Mnemonic.Cmpsw, Mnemonic.Cmpsq })
            handlers[mnemonic] = static (ref cpu, operation) => Repeat(ref cpu, operation, Compares, StringBulk.None, compares: true);
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Scasb, Mnemonic.Scasw, Mnemonic.Scasd, Mnemonic.Scasq })
            handlers[mnemonic] = static (ref cpu, operation) => Repeat(ref cpu, operation, Scans, StringBulk.None, compares: true);

        // These two share their names with vector instructions, which have an XMM operand.
        handlers[Mnemonic.Movsd] = static (ref cpu, operation) =>
        {
            if (operation.DestinationKind == OperandKind.None) Repeat(ref cpu, operation, Moves, StringBulk.Move, compares: false);
            else VectorMoveUnit.MoveScalar(ref cpu, operation);
        };
        handlers[Mnemonic.Cmpsd] = static (ref cpu, operation) =>
        {
            if (operation.DestinationKind == OperandKind.None) Repeat(ref cpu, operation, Compares, StringBulk.None, compares: true);
            else FloatUnit.CompareScalar(ref cpu, operation);
        };
    }

    private static readonly StringStep Moves = static (ref cpu, operation) =>
    {
        int size = operation.StringSize;
        cpu.WriteMemory(DestinationAddress(ref cpu, operation), size, cpu.ReadMemory(SourceAddress(ref cpu, operation), size));
        Advance(ref cpu, operation, RegisterFile.Rsi);
        Advance(ref cpu, operation, RegisterFile.Rdi);
    };

    private static readonly StringStep Stores = static (ref cpu, operation) =>
    {
        cpu.WriteMemory(DestinationAddress(ref cpu, operation), operation.StringSize, cpu.Register(RegisterFile.Rax));
        Advance(ref cpu, operation, RegisterFile.Rdi);
    };

    private static readonly StringStep Loads = static (ref cpu, operation) =>
    {
        cpu.WriteRegister(RegisterFile.Rax, operation.StringSize, cpu.ReadMemory(SourceAddress(ref cpu, operation), operation.StringSize));
        Advance(ref cpu, operation, RegisterFile.Rsi);
    };

    private static readonly StringStep Compares = static (ref cpu, operation) =>
    {
        ulong left = cpu.ReadMemory(SourceAddress(ref cpu, operation), operation.StringSize);
        SetCompareFlags(ref cpu, operation, left, cpu.ReadMemory(DestinationAddress(ref cpu, operation), operation.StringSize));
        Advance(ref cpu, operation, RegisterFile.Rsi);
        Advance(ref cpu, operation, RegisterFile.Rdi);
    };

    private static readonly StringStep Scans = static (ref cpu, operation) =>
    {
        ulong left = cpu.Register(RegisterFile.Rax) & Cpu.Mask(operation.StringSize);
        SetCompareFlags(ref cpu, operation, left, cpu.ReadMemory(DestinationAddress(ref cpu, operation), operation.StringSize));
        Advance(ref cpu, operation, RegisterFile.Rdi);
    };

    private static void Repeat(ref Cpu cpu, Operation operation, StringStep step, StringSteps bulk, bool compares)
    {
        if (operation.Repeat == RepeatKind.Once)
        {
            step(ref cpu, operation);
            return;
        }

        ref ulong counter = ref cpu.Register(RegisterFile.Rcx);
        // The upper half is cleared with the first step, not before.
        ulong mask = operation.HasAddress32 ? uint.MaxValue : ulong.MaxValue;
        // Every iteration is an instruction, the last of them the one that the block counts.
        ulong limit = Math.Max(1, cpu.Limit - cpu.State.InstructionCount - (ulong)operation.Index);
        ulong steps = 0;
        while ((counter & mask) != 0)
        {
            ulong made = bulk(ref cpu, operation, Math.Min(Math.Min(counter & mask, limit - steps), StepsBetweenLooks));
            if (made != 0)
            {
                cpu.State.InstructionCount += steps == 0 ? made - 1 : made;
            }
            else
            {
                if (steps != 0) cpu.State.InstructionCount++;
                step(ref cpu, operation);
                made = 1;
            }

            counter = (counter - made) & mask;
            steps += made;
            if (compares && cpu.IsSet(ProcessorFlags.Zero) != (operation.Repeat == RepeatKind.WhileEqual)) return;
            // The trap flag stops behind every step, not behind the last.
            bool mustPause = steps == limit || cpu.Gate.ShouldEnd || cpu.IsSet(ProcessorFlags.Trap);
            if (mustPause && counter != 0)
            {
                cpu.NextRip = operation.Address;
                return;
            }
        }
    }

    private static ulong SourceAddress(ref Cpu cpu, Operation operation)
    {
        ulong address = cpu.Register(RegisterFile.Rsi);
        return operation.HasPlainAddress ? address : cpu.StringAddress(address, operation);
    }

    // Always in ES, whatever prefix there is.
    private static ulong DestinationAddress(ref Cpu cpu, Operation operation)
    {
        ulong address = cpu.Register(RegisterFile.Rdi);
        return operation.HasAddress32 ? (uint)address : address;
    }

    private static void Advance(ref Cpu cpu, Operation operation, int register)
    {
        ulong distance = cpu.IsSet(ProcessorFlags.Direction) ? 0 - (ulong)operation.StringSize : (ulong)operation.StringSize;
        ulong moved = cpu.Register(register) + distance;
        cpu.Register(register) = operation.HasAddress32 ? (uint)moved : moved;
    }

    private static void SetCompareFlags(ref Cpu cpu, Operation operation, ulong left, ulong right) =>
        cpu.SetSubtractFlags(left, right, (left - right) & Cpu.Mask(operation.StringSize), operation.StringSize);
}
