using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Pieces of a sequence that are more than one instruction: without the first ones the last would most often only fault.</summary>
internal static class SequencePieces
{
    private static readonly Code[] Strings =
    [
        Code.Movsb_m8_m8, Code.Movsw_m16_m16, Code.Movsd_m32_m32, Code.Movsq_m64_m64, Code.Stosb_m8_AL, Code.Stosw_m16_AX, Code.Stosd_m32_EAX,
        Code.Stosq_m64_RAX, Code.Lodsb_AL_m8, Code.Lodsq_RAX_m64, Code.Scasb_AL_m8, Code.Scasd_EAX_m32, Code.Cmpsb_m8_m8, Code.Cmpsq_m64_m64,
    ];

    private static readonly Code[] Divisions = [Code.Div_rm32, Code.Div_rm64, Code.Idiv_rm32, Code.Idiv_rm64];

    /// <summary>Makes one.</summary>
    /// <param name="random">What decides which.</param>
    /// <param name="operands">Makes operands.</param>
    /// <param name="start">The number that its first step will have.</param>
    public static IEnumerable<CodeStep> Make(CaseRandom random, SequenceOperands operands, int start)
    {
        bool keepsStringRegisters = operands.Base == 6;
        return random.Next(keepsStringRegisters ? 3 : 4) switch
        {
            0 => Divide(random, operands),
            1 => CallAndReturn(random, operands, start),
            2 => LongDouble(random, operands),
            _ => Repeat(random, operands),
        };
    }

    // xor edx, edx; or divisor, 1; div divisor
    private static IEnumerable<CodeStep> Divide(CaseRandom random, SequenceOperands operands)
    {
        int divisor;
        do divisor = operands.Free();
        while (divisor is 0 or 2);
        Code form = random.Choose<Code>(Divisions);
        bool isWide = form is Code.Div_rm64 or Code.Idiv_rm64;
        yield return Step(Instruction.Create(Code.Xor_r32_rm32, Register.EDX, Register.EDX));
        yield return Step(Instruction.Create(Code.Or_rm64_imm8, Register.RAX + divisor, 1));
        // A negative dividend is one whose upper half is its sign.
        if (form == Code.Idiv_rm64) yield return Step(Instruction.Create(Code.Cqo));
        if (form == Code.Idiv_rm32) yield return Step(Instruction.Create(Code.Cdq));
        yield return Step(Instruction.Create(form, (isWide ? Register.RAX : Register.EAX) + divisor));
    }

    // call behind the next; jmp behind the ret; add; ret
    private static IEnumerable<CodeStep> CallAndReturn(CaseRandom random, SequenceOperands operands, int start)
    {
        byte register = (byte)operands.Free();
        byte[] add = [register >= 8 ? (byte)0x49 : (byte)0x48, 0x83, (byte)(0xC0 + (register & 7)), (byte)random.Next(128)];
        yield return new CodeStep([0xE8], start + 2);
        yield return new CodeStep([0xEB], start + 4, DisplacementLength: 1);
        yield return new CodeStep(add);
        yield return new CodeStep([0xC3]);
    }

    // What code for SSE2 does with x87: fninit; fld; fstp; and the control word.
    private static IEnumerable<CodeStep> LongDouble(CaseRandom random, SequenceOperands operands)
    {
        Code load = random.Choose<Code>([Code.Fld_m32fp, Code.Fld_m64fp, Code.Fld_m80fp]);
        Code store = random.Choose<Code>([Code.Fstp_m32fp, Code.Fstp_m64fp, Code.Fstp_m80fp]);
        yield return Step(Instruction.Create(Code.Fninit));
        yield return Step(Instruction.Create(load, Memory(operands)));
        yield return Step(Instruction.Create(store, Memory(operands)));
        yield return Step(Instruction.Create(Code.Fnstcw_m2byte, Memory(operands)));
    }

    // lea rsi, [base + ...]; lea rdi, [base + ...]; mov ecx, count; rep
    private static IEnumerable<CodeStep> Repeat(CaseRandom random, SequenceOperands operands)
    {
        Code form = random.Choose<Code>(Strings);
        OpCodeInfo info = form.ToOpCode();
        yield return Step(Instruction.Create(Code.Lea_r64_m, Register.RSI, Memory(operands)));
        yield return Step(Instruction.Create(Code.Lea_r64_m, Register.RDI, Memory(operands)));
        yield return Step(Instruction.Create(Code.Mov_r32_imm32, Register.ECX, random.Next(12)));
        var code = new List<byte> { random.OneIn(2) ? (byte)0xF3 : (byte)0xF2 };
        if (info.OperandSize == 16) code.Add(0x66);
        if (info.OperandSize == 64) code.Add(0x48);
        code.Add((byte)info.OpCode);
        yield return new CodeStep([.. code]);
    }

    private static MemoryOperand Memory(SequenceOperands operands) => new(Register.RAX + operands.Base, operands.Distance());

    private static CodeStep Step(Instruction instruction) =>
        new(SequenceOperands.Encode(in instruction) ?? throw new InvalidOperationException($"{instruction} cannot be encoded."));
}
