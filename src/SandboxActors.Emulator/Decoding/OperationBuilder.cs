using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Makes an operation of an instruction that Iced has decoded.</summary>
internal static class OperationBuilder
{
    private const int StackSlot = 8;

    /// <summary>Makes the operation. What is not implemented becomes one that raises #UD.</summary>
    public static Operation Build(in Instruction instruction, ulong address, int index)
    {
        Handler? handler = instruction.IsInvalid ? null : HandlerTable.Find(instruction.Mnemonic);
        // MASKMOVDQU names its memory first, which is always where RDI points.
        int firstOperand = instruction.Mnemonic == Mnemonic.Maskmovdqu ? 1 : 0;
        (OperandKind Kind, byte Register, int Size) first = OperandOf(in instruction, firstOperand);
        (OperandKind Kind, byte Register, int Size) second = OperandOf(in instruction, firstOperand + 1);
        bool isImplemented = handler is not null
            && first.Kind != OperandKind.Unsupported && second.Kind != OperandKind.Unsupported && OperandOf(in instruction, 2).Kind != OperandKind.Unsupported
            && instruction.Encoding == EncodingKind.Legacy
            // Of SSE4.1, with a name that SSE2 has too.
            && instruction.Code is not (Code.Pextrw_r32m16_xmm_imm8 or Code.Pextrw_r64m16_xmm_imm8);
        if (!isImplemented)
        {
            return new Operation
            {
                Execute = ControlUnit.Undefined,
                Mnemonic = Mnemonic.INVALID,
                Address = address,
                Next = instruction.IsInvalid ? address + (ulong)Math.Max(1, instruction.Length) : instruction.NextIP,
                Index = index,
                EndsBlock = true,
            };
        }

        int size = first.Size != 0 ? first.Size : second.Kind == OperandKind.Register ? second.Size : StackSlot;
        if (instruction.Mnemonic is Mnemonic.Push or Mnemonic.Pop) size = Math.Abs(instruction.StackPointerIncrement);
        if (instruction.Code is Code.Enterw_imm16_imm8 or Code.Leavew) size = 2;
        int sourceSize = second.Size != 0 ? second.Size : size;
        bool isSpecialSegment = instruction.MemorySegment is Register.FS or Register.GS;
        bool hasAddress32 = instruction.MemoryBase.IsGPR32() || instruction.MemoryIndex.IsGPR32() || instruction.MemoryBase == Register.EIP
            || HasAddress32Prefix(in instruction)
            || (instruction.MemoryBase == Register.None && instruction.MemoryIndex == Register.None && instruction.MemoryDisplSize == 4);
        bool usesStack = instruction.IsStackInstruction || (instruction.MemorySegment == Register.SS && UsesMemory(in instruction));
        return new Operation
        {
            Execute = handler!,
            Mnemonic = instruction.Mnemonic,
            Address = address,
            Next = instruction.NextIP,
            Index = index,
            Size = size,
            SourceSize = sourceSize,
            MemorySize = instruction.MemorySize.GetSize(),
            StringSize = instruction.IsStringInstruction ? instruction.MemorySize.GetSize() : 0,
            DestinationKind = first.Kind,
            Destination = first.Register,
            SourceKind = second.Kind,
            Source = second.Register,
            Base = RegisterNumber(instruction.IsIPRelativeMemoryOperand ? Register.None : instruction.MemoryBase),
            IndexRegister = RegisterNumber(instruction.MemoryIndex),
            IndexShift = (byte)System.Numerics.BitOperations.Log2((uint)instruction.MemoryIndexScale),
            Displacement = instruction.IsIPRelativeMemoryOperand ? instruction.IPRelativeMemoryAddress : instruction.MemoryDisplacement64,
            Segment = instruction.MemorySegment switch { Register.FS => SegmentBase.Fs, Register.GS => SegmentBase.Gs, _ => SegmentBase.None },
            HasAddress32 = hasAddress32,
            HasPlainAddress = !hasAddress32 && !isSpecialSegment,
            UsesStack = usesStack,
            MustBeAligned = !IsUnaligned(instruction.Mnemonic),
            Repeat = instruction.HasRepnePrefix ? RepeatKind.WhileNotEqual : instruction.HasRepePrefix ? RepeatKind.WhileEqual : RepeatKind.Once,
            Condition = ConditionOf(in instruction),
            Immediate = ImmediateOf(in instruction, size),
            SecondImmediate = instruction.OpCount > 1 && instruction.GetOpKind(instruction.OpCount - 1) == OpKind.Immediate8_2nd ? instruction.Immediate8_2nd : 0,
            IsSingle = IsSingle(instruction.Mnemonic),
            HasThirdOperand = instruction.OpCount > 2,
            EndsBlock = instruction.FlowControl != FlowControl.Next || ControlUnit.EndsBlock(instruction.Mnemonic),
        };
    }

    private static (OperandKind Kind, byte Register, int Size) OperandOf(in Instruction instruction, int operand)
    {
        if (operand >= instruction.OpCount) return (OperandKind.None, 0, 0);
        switch (instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                return RegisterOf(instruction.GetOpRegister(operand));
            case OpKind.Memory:
                return (OperandKind.Memory, 0, MemorySizeOf(in instruction));
            case OpKind.Immediate8 or OpKind.Immediate16 or OpKind.Immediate32 or OpKind.Immediate64 or OpKind.Immediate8to16 or OpKind.Immediate8to32
                or OpKind.Immediate8to64 or OpKind.Immediate32to64 or OpKind.Immediate8_2nd or OpKind.NearBranch64 or OpKind.NearBranch32 or OpKind.NearBranch16:
                return (OperandKind.Immediate, 0, 0);
            default:
                // The string instructions' operands, which are the same for each of them.
                return (OperandKind.None, 0, instruction.MemorySize.GetSize());
        }
    }

    private static (OperandKind Kind, byte Register, int Size) RegisterOf(Register register)
    {
        if (register is Register.AH or Register.CH or Register.DH or Register.BH) return (OperandKind.HighByte, (byte)(register - Register.AH), 1);
        if (register.IsGPR()) return (OperandKind.Register, RegisterNumber(register), register.GetSize());
        if (register.IsXMM() && register <= Register.XMM15) return (OperandKind.Vector, (byte)(register - Register.XMM0), 16);
        if (register.IsSegmentRegister()) return (OperandKind.Segment, (byte)(register - Register.ES), 2);
        // x87 instructions name the top of their stack; which other register it is, those implemented have as their number.
        if (register.IsST()) return (OperandKind.None, (byte)(register - Register.ST0), 0);
        // Named by instructions that are #GP whatever the register: moves to and from control and debug registers.
        if (register.IsCR() || register.IsDR()) return (OperandKind.None, 0, 0);
        return (OperandKind.Unsupported, 0, 0);
    }

    private static int MemorySizeOf(in Instruction instruction) => instruction.Mnemonic switch
    {
        // The second half is read where the first is.
        Mnemonic.Bt or Mnemonic.Btc or Mnemonic.Btr or Mnemonic.Bts => instruction.MemorySize.GetSize(),
        Mnemonic.Lea => 8,
        _ => instruction.MemorySize.GetSize(),
    };

    // Where no register says so: string instructions, XLAT, and loops.
    private static bool HasAddress32Prefix(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) is OpKind.MemorySegESI or OpKind.MemoryESEDI or OpKind.MemorySegEDI) return true;
        }

        return instruction.Code is Code.Loop_rel8_64_ECX or Code.Loope_rel8_64_ECX or Code.Loopne_rel8_64_ECX;
    }

    private static byte RegisterNumber(Register register) =>
        register.IsGPR() ? (byte)(register.GetFullRegister() - Register.RAX) : (byte)RegisterFile.None;

    private static bool UsesMemory(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Memory) return true;
        }

        return false;
    }

    private static int ConditionOf(in Instruction instruction)
    {
        // Iced numbers conditions from 1 (O) in the order of machine code.
        if (instruction.ConditionCode != ConditionCode.None) return instruction.ConditionCode - ConditionCode.o;
        int last = instruction.OpCount - 1;
        bool isByRegister = last > 0 && instruction.GetOpKind(last) == OpKind.Register && instruction.GetOpRegister(last) == Register.CL;
        return isByRegister ? -1 : 0;
    }

    private static ulong ImmediateOf(in Instruction instruction, int size)
    {
        for (int operand = instruction.OpCount - 1; operand >= 0; operand--)
        {
            OpKind kind = instruction.GetOpKind(operand);
            if (kind is OpKind.NearBranch64 or OpKind.NearBranch32 or OpKind.NearBranch16) return instruction.NearBranchTarget;
            if (kind == OpKind.Immediate8_2nd) return instruction.Immediate16;
            if (kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64) return instruction.GetImmediate(operand) & Cpu.Mask(Math.Min(size, StackSlot));
        }

        return 0;
    }

    // Of those whose handler serves both widths.
    private static bool IsSingle(Mnemonic mnemonic) => mnemonic is Mnemonic.Movss
        or Mnemonic.Addss or Mnemonic.Subss or Mnemonic.Mulss or Mnemonic.Divss or Mnemonic.Sqrtss or Mnemonic.Minss or Mnemonic.Maxss or Mnemonic.Cmpss
        or Mnemonic.Addps or Mnemonic.Subps or Mnemonic.Mulps or Mnemonic.Divps or Mnemonic.Sqrtps or Mnemonic.Minps or Mnemonic.Maxps or Mnemonic.Cmpps
        or Mnemonic.Comiss or Mnemonic.Ucomiss;

    private static bool IsUnaligned(Mnemonic mnemonic) => mnemonic is Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movdqu or Mnemonic.Maskmovdqu;
}
