using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>
/// Makes a random sequence of instructions that hand on to each other in registers, memory and flags: straight on, with jumps forward, or as a
/// loop that
/// goes round so often that it becomes hot. The same index and seed make the same sequence. No instruction reads a flag that another has left
/// undefined.
/// </summary>
/// <remarks>
/// Three registers are set aside, which no instruction of the sequence writes: a base that points into the case's memory, a small index, and
/// the loop's
/// counter.
/// </remarks>
internal sealed class SequenceGenerator
{
    private const ulong ArithmeticFlags = 0x8D5;
    private const int LoopRounds = 200;

    // sub counter, 1
    private static ReadOnlySpan<byte> CountDown => [0x49, 0x83, 0xE8 + (SequenceOperands.Counter - 8), 0x01];

    private readonly int _slot;
    private readonly string _origin;
    private readonly CaseRandom _random;
    private readonly NumberSource _numbers;
    private readonly RandomState _state;
    private readonly SequenceOperands _operands;
    private readonly List<CodeStep> _steps = [];
    private readonly bool _isLoop;

    // Undefined at this point of the sequence; and what a jump forward from before brings along, by the step that it goes to.
    private ulong _undefined;
    private ulong _everUndefined;
    private bool _mayHideProtection;

    public SequenceGenerator(int index, ulong seed, int slot)
    {
        _slot = slot;
        _origin = $"seed {seed}, sequence {index}";
        _random = new CaseRandom(CaseRandom.Seed("sequence", index, seed));
        _numbers = new NumberSource(_random);
        _state = new RandomState(_random, _numbers, slot);
        _operands = new SequenceOperands(_random, _numbers, _state);
        _isLoop = _random.OneIn(3);
    }

    /// <summary>Makes the sequence.</summary>
    public TestCase Make()
    {
        int count = _random.Next(2, 21);
        int jumpFrom = -1;
        int jumpTo = -1;
        ulong undefinedAtJump = 0;
        if (_random.OneIn(3) && count > 4)
        {
            jumpFrom = _random.Next(count - 2);
            jumpTo = _random.Next(jumpFrom + 1, count);
        }

        int jumpStep = -1;
        for (int i = 0; i < count; i++)
        {
            if (i == jumpTo)
            {
                _steps[jumpStep] = _steps[jumpStep] with { Target = _steps.Count };
                _undefined |= undefinedAtJump;
            }

            if (i == jumpFrom)
            {
                jumpStep = _steps.Count;
                _steps.Add(Jump());
                undefinedAtJump = _undefined;
            }

            AddOne();
        }

        if (_isLoop) CloseLoop();
        return new TestCase
        {
            Name = _isLoop ? "Loop" : "Sequence",
            Origin = _origin,
            Slot = _slot,
            Steps = _steps,
            Registers = _state.Registers,
            Vectors = _state.Vectors,
            Flags = _state.Flags,
            Mxcsr = _state.Mxcsr,
            Memory = _state.Memory,
            // Where a fault ends the sequence, which were undefined is not known.
            UndefinedFlags = _undefined,
            UndefinedFlagsOfFault = _everUndefined,
            MayHideProtection = _mayHideProtection,
        };
    }

    /// <summary>Whether a case that may be a part of a sequence has no loop, or one that still counts down.</summary>
    public static bool Ends(TestCase made)
    {
        bool hasLoop = made.Steps.Where((step, i) => step.IsBranch && step.Target <= i).Any();
        bool countsDown = made.Steps.Any(step => step.Bytes.AsSpan().SequenceEqual(CountDown));
        return !hasLoop || (countsDown && made.Registers[SequenceOperands.Counter] is > 0 and <= LoopRounds);
    }

    // Without a condition, or with one whose flags are defined.
    private CodeStep Jump()
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            int condition = _random.Next(16);
            if ((FlagsOf(condition) & _undefined) == 0) return new CodeStep([0x0F, (byte)(0x80 + condition)], Target: 0);
        }

        return new CodeStep([0xE9], Target: 0);
    }

    private static ulong FlagsOf(int condition) => (condition >> 1) switch
    {
        0 => 0x800,
        1 => 0x1,
        2 => 0x40,
        3 => 0x41,
        4 => 0x80,
        5 => 0x4,
        6 => 0x880,
        _ => 0x8C0,
    };

    private void AddOne()
    {
        while (true)
        {
            if (_random.OneIn(12))
            {
                _steps.AddRange(SequencePieces.Make(_random, _operands, _steps.Count));
                // Their last instruction may be a multiplication or a division.
                _undefined = ArithmeticFlags;
                _everUndefined = ArithmeticFlags;
                return;
            }

            if (_operands.TryMake(out Instruction instruction, out byte[] code) && TryTake(in instruction, code)) return;
        }
    }

    private bool TryTake(in Instruction instruction, byte[] code)
    {
        ulong read = UndefinedFlags.From(instruction.RflagsRead);
        if ((read & _undefined) != 0) return false;
        if (instruction.Mnemonic == Mnemonic.Lahf && _undefined != 0) return false;
        ulong undefined = UndefinedFlags.AtMost(in instruction);
        ulong defined = UndefinedFlags.From(instruction.RflagsModified) & ~undefined;
        // With a count of zero the flags stay as they were.
        if (UndefinedFlags.HasCount(in instruction)) defined = 0;
        _undefined = (_undefined & ~defined) | undefined;
        _everUndefined |= undefined;
        _mayHideProtection |= CaseGenerator.MayHideProtection(instruction.Code);
        _steps.Add(new CodeStep(code));
        return true;
    }

    // The stack pointer is put back, so that what was pushed does not walk away: lea rsp, [base + distance]; sub counter, 1; jne to the start.
    private void CloseLoop()
    {
        _state.Registers[SequenceOperands.Counter] = (ulong)_random.Next(2, LoopRounds);
        _steps.Add(new CodeStep(_operands.ResetStack()));
        _steps.Add(new CodeStep([.. CountDown]));
        _steps.Add(new CodeStep([0x0F, 0x85], Target: 0));
        _undefined = 0;
    }
}
