using System.Reflection.Emit;

namespace SandboxActors.Emulator;

/// <content>
/// Flags. An instruction that sets them keeps what they come from in three locals; <see cref="_state"/> says, at translation time, what that is. A
/// condition is then mostly one comparison.
/// </content>
internal sealed partial class RegionTranslator
{
    private readonly LocalBuilder _flags;
    private readonly LocalBuilder _flagCode;
    private readonly LocalBuilder _flagFirst;
    private readonly LocalBuilder _flagSecond;
    private readonly LocalBuilder _flagThird;
    private FlagState _state;

    // For each operation whether anybody can see the flags it sets: an instruction that reads them, or a place where the region can be left.
    private static bool[] NeededFlags(Block block)
    {
        bool[] needed = new bool[block.Operations.Length];
        bool isSeen = true;
        for (int index = needed.Length - 1; index >= 0; index--)
        {
            Operation operation = block.Operations[index];
            bool isTranslated = WayOf(operation) == Way.Translated;
            bool setsAll = isTranslated && FlagUse.SetsAll(operation);
            if (setsAll || (isTranslated && FlagUse.SetsSome(operation))) needed[index] = isSeen;
            if (setsAll) isSeen = false;
            if (!isTranslated || FlagUse.Reads(operation) || CanLeave(operation)) isSeen = true;
        }

        return needed;
    }

    // Keeps what flags come from. The values are not cut to their size: whoever looks does that.
    private void KeepFlags(FlagKind kind, int size, LocalBuilder first, LocalBuilder? second = null, LocalBuilder? third = null)
    {
        if (!_isNeeded) return;
        Copy(first, _flagFirst);
        if (second is not null) Copy(second, _flagSecond);
        if (third is not null) Copy(third, _flagThird);
        _state = new FlagState(kind, size);
    }

    private void KeepCount(int count)
    {
        if (!_isNeeded) return;
        _il.Constant((ulong)count);
        _il.Store(_flagSecond);
    }

    private void Copy(LocalBuilder from, LocalBuilder to)
    {
        if (from == to) return;
        _il.Load(from);
        _il.Store(to);
    }

    // Puts RFLAGS together in their local. The state at translation time is left to the caller.
    private void StoreFlags(FlagState state)
    {
        if (state.Kind == FlagKind.Stored) return;
        if (state.Kind == FlagKind.Unknown) _il.Load(_flagCode);
        else _il.Constant(state.Code);
        _il.Load(_flagFirst);
        _il.Load(_flagSecond);
        _il.Load(_flagThird);
        _il.Load(_flags);
        _il.Call(CpuMembers.ComputeFlags);
        _il.Store(_flags);
    }

    // Before a jump to another block of the region.
    private void PassFlags(RegionBlock target)
    {
        if (target.EntryFlags is not { } expected)
        {
            target.EntryFlags = _state;
            return;
        }

        if (expected == FlagState.Unknown) SetFlagCode(_state);
    }

    // Tells the running code what the flags come from.
    private void SetFlagCode(FlagState state)
    {
        if (state.Kind == FlagKind.Unknown) return;
        _il.Constant(state.Code);
        _il.Store(_flagCode);
    }

    // Pushes 0 or 1: whether a condition holds, by its number in machine code.
    private void PushCondition(int condition)
    {
        bool isNegated = (condition & 1) != 0;
        if (!TryPushDirectly(condition >> 1, ref isNegated))
        {
            StoreFlags(_state);
            _state = FlagState.Stored;
            PushStored(condition >> 1);
        }

        if (isNegated) PushNot();
    }

    // The carry as a number.
    private void PushCarry()
    {
        PushCondition(2);
        _il.Emit(OpCodes.Conv_U8);
    }

    private void PushNot()
    {
        _il.Constant(0);
        _il.Emit(OpCodes.Ceq);
    }

    // Of eight pairs of conditions the one that is not negated: overflow, carry, zero, carry or zero, sign, parity, less, less or equal.
    private bool TryPushDirectly(int pair, ref bool isNegated)
    {
        switch (_state.Kind)
        {
            case FlagKind.Stored:
                PushStored(pair);
                return true;
            case FlagKind.Subtract:
                return TryPushDifference(pair, ref isNegated);
            case FlagKind.Logic:
                return TryPushLogic(pair, ref isNegated);
            case FlagKind.Add or FlagKind.AddCarry or FlagKind.SubtractBorrow or FlagKind.Increment or FlagKind.Decrement
                or FlagKind.ShiftLeft or FlagKind.ShiftRight or FlagKind.ShiftRightSigned:
                return TryPushResult(pair);
            default:
                return false;
        }
    }

    private bool TryPushDifference(int pair, ref bool isNegated)
    {
        switch (pair)
        {
            case 1:
                PushUnsignedPair();
                _il.Emit(OpCodes.Clt_Un);
                return true;
            case 2:
                PushUnsignedPair();
                _il.Emit(OpCodes.Ceq);
                return true;
            case 3:
                PushUnsignedPair();
                _il.Emit(OpCodes.Cgt_Un);
                isNegated = !isNegated;
                return true;
            case 4:
                _il.Load(_flagFirst);
                _il.Load(_flagSecond);
                _il.Emit(OpCodes.Sub);
                PushIsNegative(_state.Size);
                return true;
            case 6:
                PushSignedPair();
                _il.Emit(OpCodes.Clt);
                return true;
            case 7:
                PushSignedPair();
                _il.Emit(OpCodes.Cgt);
                isNegated = !isNegated;
                return true;
            default:
                return false;
        }
    }

    // No carry, no overflow: less is negative.
    private bool TryPushLogic(int pair, ref bool isNegated)
    {
        switch (pair)
        {
            case 0 or 1:
                _il.Constant(0);
                return true;
            case 2 or 3:
                PushCut(_flagFirst);
                PushIsZero();
                return true;
            case 4 or 6:
                _il.Load(_flagFirst);
                PushIsNegative(_state.Size);
                return true;
            case 7:
                _il.Load(_flagFirst);
                _il.SignExtend(_state.Size);
                _il.Constant(0UL);
                _il.Emit(OpCodes.Cgt);
                isNegated = !isNegated;
                return true;
            default:
                return false;
        }
    }

    private bool TryPushResult(int pair)
    {
        switch (pair)
        {
            case 1 when _state.Kind is FlagKind.Increment or FlagKind.Decrement:
                _il.Load(_flagSecond);
                _il.Emit(OpCodes.Conv_I4);
                return true;
            case 1 when _state.Kind == FlagKind.Add:
                PushResult();
                _il.ZeroExtend(_state.Size);
                PushCut(_flagFirst);
                _il.Emit(OpCodes.Clt_Un);
                return true;
            case 2:
                PushResult();
                _il.ZeroExtend(_state.Size);
                PushIsZero();
                return true;
            case 4:
                PushResult();
                PushIsNegative(_state.Size);
                return true;
            default:
                return false;
        }
    }

    // The result that the flags are of; what is above its size is left as it comes.
    private void PushResult()
    {
        switch (_state.Kind)
        {
            case FlagKind.AddCarry or FlagKind.SubtractBorrow:
                _il.Load(_flagThird);
                return;
            case FlagKind.Increment or FlagKind.Decrement:
                _il.Load(_flagFirst);
                return;
            case FlagKind.Add:
                _il.Load(_flagFirst);
                _il.Load(_flagSecond);
                _il.Emit(OpCodes.Add);
                return;
        }

        _il.Load(_flagFirst);
        if (_state.Kind == FlagKind.ShiftRight) _il.ZeroExtend(_state.Size);
        if (_state.Kind == FlagKind.ShiftRightSigned) _il.SignExtend(_state.Size);
        _il.Load(_flagSecond);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(_state.Kind switch { FlagKind.ShiftLeft => OpCodes.Shl, FlagKind.ShiftRight => OpCodes.Shr_Un, _ => OpCodes.Shr });
    }

    private void PushStored(int pair)
    {
        switch (pair)
        {
            case 6:
                PushSignDiffersFromOverflow();
                return;
            case 7:
                PushSignDiffersFromOverflow();
                PushIsAnySet(ProcessorFlags.Zero);
                _il.Emit(OpCodes.Or);
                return;
            default:
                PushIsAnySet(pair switch
                {
                    0 => ProcessorFlags.Overflow,
                    1 => ProcessorFlags.Carry,
                    2 => ProcessorFlags.Zero,
                    3 => ProcessorFlags.Carry | ProcessorFlags.Zero,
                    4 => ProcessorFlags.Sign,
                    _ => ProcessorFlags.Parity,
                });
                return;
        }
    }

    private void PushIsAnySet(ulong which)
    {
        _il.Load(_flags);
        _il.Constant(which);
        _il.Emit(OpCodes.And);
        _il.Constant(0UL);
        _il.Emit(OpCodes.Cgt_Un);
    }

    private void PushSignDiffersFromOverflow()
    {
        PushIsAnySet(ProcessorFlags.Sign);
        PushIsAnySet(ProcessorFlags.Overflow);
        _il.Emit(OpCodes.Xor);
    }

    private void PushCut(LocalBuilder value)
    {
        _il.Load(value);
        _il.ZeroExtend(_state.Size);
    }

    private void PushUnsignedPair()
    {
        PushCut(_flagFirst);
        PushCut(_flagSecond);
    }

    private void PushSignedPair()
    {
        _il.Load(_flagFirst);
        _il.SignExtend(_state.Size);
        _il.Load(_flagSecond);
        _il.SignExtend(_state.Size);
    }

    private void PushIsZero()
    {
        _il.Constant(0UL);
        _il.Emit(OpCodes.Ceq);
    }

    private void PushIsNegative(int size)
    {
        _il.SignExtend(size);
        _il.Constant(0UL);
        _il.Emit(OpCodes.Clt);
    }
}
