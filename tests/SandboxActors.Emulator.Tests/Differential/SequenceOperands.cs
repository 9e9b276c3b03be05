using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Makes the instructions of a sequence: they read and write registers at will, and memory around one place.</summary>
internal sealed class SequenceOperands
{
    /// <summary>R15: how often a loop goes round.</summary>
    public const int Counter = 15;

    private const int LargestDistance = 192;

    private static readonly Lazy<Code[]> LazyForms = new(() => [.. InstructionForms.Compared.Where(IsSuitable)]);
    private static readonly int[] Bases = [3, 5, 6, 12, 13];

    private readonly CaseRandom _random;
    private readonly NumberSource _numbers;
    private readonly InstructionInfoFactory _information = new();
    private readonly int _index;

    public SequenceOperands(CaseRandom random, NumberSource numbers, RandomState state)
    {
        _random = random;
        _numbers = numbers;
        Base = random.Choose<int>(Bases);
        _index = random.Choose<int>([8, 9, 14]);
        state.Registers[Base] = state.Block + CaseLayout.MemoryCenter;
        state.Registers[_index] = (ulong)random.Next(16);
    }

    /// <summary>The number of the register that points to the center of the memory.</summary>
    public int Base { get; }

    /// <summary>A register that instructions may write.</summary>
    public int Free()
    {
        int number;
        do number = _random.Next(15);
        while (IsSetAside(number));
        return number;
    }

    /// <summary>A distance from the center that most often keeps an alignment of 16.</summary>
    public int Distance() => _random.Next(-LargestDistance, LargestDistance) & (_random.OneIn(24) ? -1 : -16);

    /// <summary><c>lea rsp, [base + distance]</c>.</summary>
    public byte[] ResetStack()
    {
        Instruction instruction = Instruction.Create(
            Code.Lea_r64_m, Register.RSP, new MemoryOperand(Register.RAX + Base, CaseLayout.Stack - CaseLayout.MemoryCenter));
        return Encode(in instruction) ?? throw new InvalidOperationException("The stack pointer cannot be put back.");
    }

    /// <summary>The bytes of an instruction, if it can be encoded.</summary>
    public static byte[]? Encode(in Instruction instruction)
    {
        var writer = new ByteWriter();
        return Encoder.Create(64, writer).TryEncode(in instruction, 0, out _, out _) ? writer.Bytes : null;
    }

    /// <summary>Makes an instruction.</summary>
    /// <returns>False if the one that came about would do harm; then the next will do.</returns>
    public bool TryMake(out Instruction instruction, out byte[] code)
    {
        OpCodeInfo info = _random.Choose<Code>(LazyForms.Value).ToOpCode();
        instruction = new Instruction { Code = info.Code };
        code = [];
        // Its memory operands are not used: what it sets in registers is thrown away.
        var maker = new OperandMaker(_random, _numbers, new ulong[16], CaseLayout.Blocks);
        for (int operand = 0; operand < info.OpCount; operand++) maker.Set(ref instruction, operand, info.GetOpKind(operand));
        for (int operand = 0; operand < info.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Memory) SetMemory(ref instruction);
        }

        if (instruction.Op0Kind == OpKind.Memory && info.CanUseLockPrefix && info.OpCount > 0 && _random.OneIn(8)) instruction.HasLockPrefix = true;
        if (DoesHarm(in instruction)) return false;
        byte[]? encoded = Encode(in instruction);
        code = encoded ?? [];
        return encoded is not null;
    }

    private void SetMemory(ref Instruction instruction)
    {
        instruction.SegmentPrefix = Register.None;
        instruction.MemoryBase = Register.RAX + Base;
        instruction.MemoryIndex = _random.OneIn(4) && instruction.MemorySize.GetSize() < 16 ? Register.RAX + _index : Register.None;
        instruction.MemoryIndexScale = 1 << _random.Next(3);
        int distance = Distance();
        instruction.MemoryDisplacement64 = (ulong)distance;
        instruction.MemoryDisplSize = distance is >= -128 and < 128 ? 1 : 8;
    }

    private bool IsSetAside(int number) => number == Base || number == _index || number is Counter or 4;

    // Whether it writes a register that is set aside, or reaches far.
    private bool DoesHarm(in Instruction instruction)
    {
        if (instruction.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc
            && instruction.Op0Kind == OpKind.Memory && instruction.Op1Kind == OpKind.Register)
            return true;
        bool usesStack = instruction.IsStackInstruction;
        foreach (UsedRegister used in _information.GetInfo(in instruction).GetUsedRegisters())
        {
            if (used.Access is OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess || !used.Register.IsGPR()) continue;
            int number = used.Register.GetFullRegister() - Register.RAX;
            if (IsSetAside(number) && !(number == 4 && usesStack && !NamesStackPointer(in instruction))) return true;
        }

        return false;
    }

    private static bool NamesStackPointer(in Instruction instruction) =>
        instruction.Op0Kind == OpKind.Register && instruction.Op0Register.GetFullRegister() == Register.RSP;

    // Pushed flags show whether the machine keeps IF set, which is its own matter; single cases compare the others.
    // What only registers, flags and an ordinary memory operand matter to, and whose result is always defined.
    private static bool IsSuitable(Code form)
    {
        OpCodeInfo info = form.ToOpCode();
        if (info.IsPrivileged || info.Mnemonic is Mnemonic.In or Mnemonic.Out or Mnemonic.Int1 or Mnemonic.Int3 or Mnemonic.Hlt
            or Mnemonic.Div or Mnemonic.Idiv or Mnemonic.Jmp or Mnemonic.Call or Mnemonic.Ret or Mnemonic.Enter or Mnemonic.Leave
            or Mnemonic.Pushf or Mnemonic.Pushfq or Mnemonic.Popf or Mnemonic.Popfq or Mnemonic.Xlatb or Mnemonic.Maskmovdqu or Mnemonic.Ldmxcsr
            or Mnemonic.Clflush
            or Mnemonic.Sgdt or Mnemonic.Sidt or Mnemonic.Sldt or Mnemonic.Str or Mnemonic.Smsw or Mnemonic.Sti or Mnemonic.Cli or Mnemonic.Swapgs)
            return false;
        if (form is Code.Bswap_r16 || (info.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd && info.OperandSize == 16)) return false;
        return !Enumerable.Range(0, info.OpCount).Any(operand => info.GetOpKind(operand)
            is OpCodeOperandKind.br64_1 or OpCodeOperandKind.br64_4 or OpCodeOperandKind.seg_rSI or OpCodeOperandKind.es_rDI
            or OpCodeOperandKind.mem_offs
            or OpCodeOperandKind.seg_reg or OpCodeOperandKind.fs or OpCodeOperandKind.gs or OpCodeOperandKind.cr_reg or OpCodeOperandKind.dr_reg);
    }
}
