using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Makes the operands of an instruction, and sets the registers that their addresses are made of.</summary>
internal sealed class OperandMaker(CaseRandom random, NumberSource numbers, ulong[] registers, ulong block)
{
    private const int RspNumber = 4;

    private static readonly Register[] ByteRegisters =
    [
        Register.AL, Register.CL, Register.DL, Register.BL, Register.AH, Register.CH, Register.DH, Register.BH, Register.SPL, Register.SIL,
        Register.DIL,
        Register.BPL, Register.R8L, Register.R9L, Register.R12L, Register.R15L,
    ];

    private static readonly Register[] SegmentRegisters = [Register.ES, Register.SS, Register.DS, Register.FS, Register.GS];

    private readonly bool _usesMemory = random.Next(2) == 0;

    /// <summary>Sets an operand.</summary>
    public void Set(ref Instruction instruction, int operand, OpCodeOperandKind kind)
    {
        switch (kind)
        {
            case OpCodeOperandKind.r8_or_mem or OpCodeOperandKind.r16_or_mem or OpCodeOperandKind.r32_or_mem or OpCodeOperandKind.r64_or_mem
                or OpCodeOperandKind.xmm_or_mem when _usesMemory:
            case OpCodeOperandKind.mem:
                SetMemory(ref instruction, operand);
                break;
            case OpCodeOperandKind.mem_offs:
                instruction.SetOpKind(operand, OpKind.Memory);
                instruction.MemoryDisplacement64 = random.OneIn(16) ? numbers.NextInteger() : block + CaseLayout.MemoryCenter;
                instruction.MemoryDisplSize = 8;
                break;
            case OpCodeOperandKind.seg_rBX_al:
                SetImplied(ref instruction, operand, Register.RBX, displacement: 0);
                registers[3] -= (byte)registers[0];
                instruction.MemoryIndex = Register.AL;
                break;
            case OpCodeOperandKind.seg_rDI:
                instruction.SetOpKind(operand, OpKind.MemorySegRDI);
                registers[7] = Target();
                break;
            case OpCodeOperandKind.imm8 or OpCodeOperandKind.imm8sex16 or OpCodeOperandKind.imm8sex32 or OpCodeOperandKind.imm8sex64
                or OpCodeOperandKind.imm16 or OpCodeOperandKind.imm32 or OpCodeOperandKind.imm32sex64 or OpCodeOperandKind.imm64
                or OpCodeOperandKind.imm8_const_1:
                SetImmediate(ref instruction, operand, kind);
                break;
            default:
                instruction.SetOpKind(operand, OpKind.Register);
                instruction.SetOpRegister(operand, RegisterFor(kind));
                break;
        }
    }

    /// <summary>An address in the case's memory, most often one that is aligned.</summary>
    public ulong Target() => block + CaseLayout.MemoryCenter + (ulong)(random.OneIn(16) ? random.Next(16) : 0);

    private static bool StoresSystemState(Mnemonic mnemonic) =>
        mnemonic is Mnemonic.Sgdt or Mnemonic.Sidt or Mnemonic.Sldt or Mnemonic.Str or Mnemonic.Smsw;

    private Register RegisterFor(OpCodeOperandKind kind)
    {
        int number = random.Next(16);
        // A stack pointer as an operand less often than another.
        if (number == RspNumber && !random.OneIn(4)) number = 0;
        return kind switch
        {
            OpCodeOperandKind.al => Register.AL,
            OpCodeOperandKind.cl => Register.CL,
            OpCodeOperandKind.ax => Register.AX,
            OpCodeOperandKind.eax => Register.EAX,
            OpCodeOperandKind.rax => Register.RAX,
            OpCodeOperandKind.dx => Register.DX,
            OpCodeOperandKind.fs => Register.FS,
            OpCodeOperandKind.gs => Register.GS,
            // Not into CS: which of two faults comes first, that or the operand's, is the processor's own matter.
            OpCodeOperandKind.seg_reg => random.Choose<Register>(SegmentRegisters),
            OpCodeOperandKind.cr_reg => random.Choose<Register>([Register.CR0, Register.CR2, Register.CR3, Register.CR4, Register.CR8]),
            OpCodeOperandKind.dr_reg => random.Choose<Register>([Register.DR0, Register.DR3, Register.DR6, Register.DR7]),
            OpCodeOperandKind.r8_or_mem or OpCodeOperandKind.r8_reg or OpCodeOperandKind.r8_opcode => random.Choose<Register>(ByteRegisters),
            OpCodeOperandKind.r16_or_mem or OpCodeOperandKind.r16_reg or OpCodeOperandKind.r16_opcode or OpCodeOperandKind.r16_rm =>
                Register.AX + number,
            OpCodeOperandKind.r32_or_mem or OpCodeOperandKind.r32_reg or OpCodeOperandKind.r32_opcode or OpCodeOperandKind.r32_rm =>
                Register.EAX + number,
            OpCodeOperandKind.r64_or_mem or OpCodeOperandKind.r64_reg or OpCodeOperandKind.r64_opcode or OpCodeOperandKind.r64_rm =>
                Register.RAX + number,
            OpCodeOperandKind.xmm_or_mem or OpCodeOperandKind.xmm_reg or OpCodeOperandKind.xmm_rm => Register.XMM0 + random.Next(16),
            _ => throw new NotSupportedException($"No operand is made for {kind}."),
        };
    }

    private void SetImmediate(ref Instruction instruction, int operand, OpCodeOperandKind kind)
    {
        (OpKind opKind, ulong value) = kind switch
        {
            OpCodeOperandKind.imm8_const_1 => (OpKind.Immediate8, 1UL),
            OpCodeOperandKind.imm8 =>
                (operand > 0 && instruction.Op0Kind == OpKind.Immediate16 ? OpKind.Immediate8_2nd : OpKind.Immediate8, (ulong)random.Next(256)),
            OpCodeOperandKind.imm8sex16 => (OpKind.Immediate8to16, (ulong)random.Next(-128, 128)),
            OpCodeOperandKind.imm8sex32 => (OpKind.Immediate8to32, (ulong)random.Next(-128, 128)),
            OpCodeOperandKind.imm8sex64 => (OpKind.Immediate8to64, (ulong)random.Next(-128, 128)),
            OpCodeOperandKind.imm16 => (OpKind.Immediate16, numbers.NextInteger() & 0xFFFF),
            OpCodeOperandKind.imm32 => (OpKind.Immediate32, numbers.NextInteger() & 0xFFFF_FFFF),
            OpCodeOperandKind.imm32sex64 => (OpKind.Immediate32to64, (ulong)(int)numbers.NextInteger()),
            _ => (OpKind.Immediate64, numbers.NextInteger()),
        };
        // With a count above 16 the result is undefined.
        if (instruction.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd && instruction.Op1Register.GetSize() == 2) value &= ~0x10UL;
        instruction.SetOpKind(operand, opKind);
        instruction.SetImmediate(operand, value);
    }

    private void SetImplied(ref Instruction instruction, int operand, Register first, int displacement)
    {
        instruction.SetOpKind(operand, OpKind.Memory);
        instruction.MemoryBase = first;
        registers[first - Register.RAX] = Target() - (ulong)displacement;
    }

    // Base, index and displacement are made so that the address is the one wanted: most often in the case's memory.
    private void SetMemory(ref Instruction instruction, int operand)
    {
        instruction.SetOpKind(operand, OpKind.Memory);
        // Where an instruction is not allowed at all, which of two faults comes first is the processor's own matter.
        ulong target = instruction.IsPrivileged || StoresSystemState(instruction.Mnemonic) ? Target() : random.Next(64) switch
        {
            // Code: it can be read.
            0 => CaseLayout.Driver + (ulong)random.Next(256),
            // Up to, or across, the end of what is mapped.
            1 => CaseLayout.End - (ulong)random.Next(1, Math.Max(2, instruction.MemorySize.GetSize())),
            2 => numbers.NextInteger(),
            _ => Target(),
        };
        // Behind the operand there may be another case's memory, if the access crosses nothing.
        if (target >= CaseLayout.End - 16 && instruction.MemorySize.GetSize() <= 1) target = CaseLayout.End;
        if (random.OneIn(32)) instruction.SegmentPrefix = random.Choose<Register>([Register.FS, Register.GS, Register.ES, Register.SS]);
        int displacement = random.Next(3) switch { 0 => 0, 1 => random.Next(-128, 128), _ => random.Next(-100_000, 100_000) };
        if (random.OneIn(16))
        {
            instruction.MemoryBase = Register.RIP;
            instruction.MemoryDisplacement64 = target < uint.MaxValue / 2 ? target : block + CaseLayout.MemoryCenter;
            instruction.MemoryDisplSize = 8;
            return;
        }

        bool isNarrow = random.OneIn(8) && target < uint.MaxValue;
        Register zero = isNarrow ? Register.EAX : Register.RAX;
        int first = random.Next(16);
        instruction.MemoryBase = zero + first;
        instruction.MemoryDisplacement64 = isNarrow ? (uint)displacement : (ulong)displacement;
        instruction.MemoryDisplSize = displacement == 0 ? 0 : displacement is >= -128 and < 128 ? 1 : isNarrow ? 4 : 8;
        ulong rest = target - (ulong)displacement;
        int second = random.Next(16);
        bool testsBits = instruction.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc;
        if (random.Next(2) == 0 && second != first && second != RspNumber && !testsBits)
        {
            instruction.MemoryIndex = zero + second;
            instruction.MemoryIndexScale = 1 << random.Next(4);
            ulong index = (ulong)random.Next(-1000, 1000);
            registers[second] = index;
            rest -= index * (ulong)instruction.MemoryIndexScale;
        }

        // What lies above the 32 bits of a narrow address must not matter.
        registers[first] = isNarrow ? (uint)rest | (numbers.NextInteger() << 32) : rest;
    }
}
