using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>
/// Makes a random case of an instruction form: operands of every kind that the form has, and state that makes them interesting. The same form, index
/// and seed make the same case.
/// </summary>
internal sealed class CaseGenerator
{
    private const int MostTries = 64;

    private readonly Code _form;
    private readonly int _slot;
    private readonly string _origin;
    private readonly CaseRandom _random;
    private readonly NumberSource _numbers;

    public CaseGenerator(Code form, int index, ulong seed, int slot)
    {
        _form = form;
        _slot = slot;
        _origin = $"seed {seed}, case {index} of {form}";
        _random = new CaseRandom(CaseRandom.Seed(form.ToString(), index, seed));
        _numbers = new NumberSource(_random);
    }

    /// <summary>Makes the case.</summary>
    /// <exception cref="InvalidOperationException">The form cannot be encoded with the operands that are made for it.</exception>
    public TestCase Make() => TryMake() ?? throw new InvalidOperationException($"No case could be made: {_origin}.");

    /// <summary>Makes the case, if the form can be encoded.</summary>
    public TestCase? TryMake()
    {
        for (int attempt = 0; attempt < MostTries; attempt++)
        {
            var state = new RandomState(_random, _numbers, _slot);
            IReadOnlyList<CodeStep>? steps = TryMakeSteps(state, out Instruction instruction);
            if (steps is null) continue;
            SpecialState.Prepare(in instruction, state, _random, _numbers);
            return new TestCase
            {
                Name = _form.ToString(),
                Origin = _origin,
                Slot = _slot,
                Steps = steps,
                Registers = state.Registers,
                Vectors = state.Vectors,
                Flags = state.Flags,
                Mxcsr = state.Mxcsr,
                Memory = state.Memory,
                MayHideProtection = MayHideProtection(_form),
                UndefinedFlags = UndefinedFlags.Of(in instruction, state.Registers),
            };
        }

        return null;
    }

    private IReadOnlyList<CodeStep>? TryMakeSteps(RandomState state, out Instruction instruction)
    {
        OpCodeInfo info = _form.ToOpCode();
        instruction = new Instruction { Code = _form };
        if (info.OpCount > 0 && info.GetOpKind(0) is OpCodeOperandKind.br64_1 or OpCodeOperandKind.br64_4)
        {
            instruction.Op0Kind = OpKind.NearBranch64;
            return BranchSteps.Make(info, _slot);
        }

        byte[]? code = IsString(info) ? TryMakeString(info, state, ref instruction) : TryMakeOrdinary(info, state, ref instruction);
        return code is null ? null : [new CodeStep(code)];
    }

    /// <summary>Whether a form is of SSE or SSE2, or POPCNT.</summary>
    public static bool MayHideProtection(Code form) =>
        form.CpuidFeatures().Any(feature => feature is CpuidFeature.SSE or CpuidFeature.SSE2 or CpuidFeature.POPCNT);

    private static bool IsString(OpCodeInfo info) => Enumerable.Range(0, info.OpCount).Any(operand =>
        info.GetOpKind(operand) is OpCodeOperandKind.seg_rSI or OpCodeOperandKind.es_rDI);

    private byte[]? TryMakeOrdinary(OpCodeInfo info, RandomState state, ref Instruction instruction)
    {
        var maker = new OperandMaker(_random, _numbers, state.Registers, state.Block);
        for (int operand = 0; operand < info.OpCount; operand++) maker.Set(ref instruction, operand, info.GetOpKind(operand));
        bool hasMemory = instruction.OpCount > 0 && instruction.Op0Kind == OpKind.Memory;
        if (hasMemory && info.CanUseLockPrefix && _random.OneIn(3)) instruction.HasLockPrefix = true;
        var writer = new ByteWriter();
        bool isEncoded = Encoder.Create(64, writer).TryEncode(in instruction, CaseLayout.CodeOf(_slot), out _, out _);
        return isEncoded ? writer.Bytes : null;
    }

    private byte[] TryMakeString(OpCodeInfo info, RandomState state, ref Instruction instruction)
    {
        state.Registers[1] = (ulong)_random.Next(9);
        state.Registers[6] = state.Block + CaseLayout.MemoryCenter + (ulong)_random.Next(-64, 64);
        state.Registers[7] = state.Block + CaseLayout.MemoryCenter + (ulong)_random.Next(-64, 64);
        if (_random.OneIn(24))
            state.Registers[6 + _random.Next(2)] = _random.OneIn(2) ? _numbers.NextInteger() : CaseLayout.End - (ulong)_random.Next(24);
        // What an open port does with them, the two may see differently; PortSpec of KVM says so.
        if (info.Mnemonic is Mnemonic.Insb or Mnemonic.Insw or Mnemonic.Insd or Mnemonic.Outsb or Mnemonic.Outsw or Mnemonic.Outsd)
            state.Registers[2] = (state.Registers[2] & ~0xFFFFUL) | (uint)_random.Next(DriverCode.Port - 8);
        var code = new List<byte>();
        if (_random.OneIn(8)) code.Add(0x67);
        if (_random.OneIn(16)) code.Add((byte)_random.Choose<int>([0x64, 0x65, 0x26]));
        int repeat = _random.Next(3);
        if (repeat == 1) code.Add(0xF3);
        if (repeat == 2) code.Add(0xF2);
        if (info.OperandSize == 16) code.Add(0x66);
        if (info.OperandSize == 64) code.Add(0x48);
        code.Add((byte)info.OpCode);
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader([.. code]));
        decoder.Decode(out instruction);
        // What a narrow address does not look at.
        if (code[0] == 0x67 && _random.OneIn(2))
        {
            state.Registers[6] |= _numbers.NextInteger() << 32;
            state.Registers[7] |= _numbers.NextInteger() << 32;
            state.Registers[1] |= _numbers.NextInteger() << 32;
        }

        return [.. code];
    }
}
