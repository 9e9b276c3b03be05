using System.Numerics;
using System.Reflection.Emit;
using Iced.Intel;
using Label = System.Reflection.Emit.Label;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Shifts and rotations.</content>
internal sealed partial class RegionTranslator
{
    private static void AddShifts(Dictionary<Mnemonic, Translator> table)
    {
        table[Mnemonic.Shl] = static (t, o) => t.Shift(o, OpCodes.Shl, FlagKind.ShiftLeft);
        table[Mnemonic.Sal] = static (t, o) => t.Shift(o, OpCodes.Shl, FlagKind.ShiftLeft);
        table[Mnemonic.Shr] = static (t, o) => t.Shift(o, OpCodes.Shr_Un, FlagKind.ShiftRight);
        table[Mnemonic.Sar] = static (t, o) => t.Shift(o, OpCodes.Shr, FlagKind.ShiftRightSigned);
        table[Mnemonic.Rol] = static (t, o) => t.Rotate(o, nameof(BitOperations.RotateLeft));
        table[Mnemonic.Ror] = static (t, o) => t.Rotate(o, nameof(BitOperations.RotateRight));
    }

    private void Shift(Operation operation, OpCode code, FlagKind kind)
    {
        ReadMemoryOperand(operation.Size);
        PushDestination();
        if (kind == FlagKind.ShiftRight) _il.ZeroExtend(operation.Size);
        if (kind == FlagKind.ShiftRightSigned) _il.SignExtend(operation.Size);
        _il.Store(_left);
        bool isVariable = operation.Condition < 0;
        if (isVariable)
        {
            _il.Load(General(RegisterFile.Rcx));
            _il.Constant(operation.Size == 8 ? 63UL : 31UL);
            _il.Emit(OpCodes.And);
        }
        else
        {
            _il.Constant((ulong)FlagUse.CountOf(operation));
        }

        _il.Store(_right);
        _il.Load(_left);
        _il.Load(_right);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(code);
        _il.Store(_result);
        WriteDestination(_result);
        if (isVariable) KeepFlagsOfVariableShift(kind, operation.Size);
        else if (FlagUse.CountOf(operation) != 0) KeepFlags(kind, operation.Size, _left, _right);
    }

    // With a count of zero the flags stay what they were, and only the running code knows.
    private void KeepFlagsOfVariableShift(FlagKind kind, int size)
    {
        if (!_isNeeded) return;
        Label end = _il.DefineLabel();
        StoreFlags(_state);
        _il.Constant(FlagState.Stored.Code);
        _il.Store(_flagCode);
        _il.Load(_right);
        _il.Constant(0UL);
        _il.Branch(OpCodes.Beq, end);
        _il.Constant(new FlagState(kind, size).Code);
        _il.Store(_flagCode);
        Copy(_left, _flagFirst);
        Copy(_right, _flagSecond);
        _il.Mark(end);
        _state = FlagState.Unknown;
    }

    // Only CF and OF change. By a constant that is not zero.
    private void Rotate(Operation operation, string method)
    {
        int bits = operation.Size * 8;
        Type type = operation.Size == 4 ? typeof(uint) : typeof(ulong);
        ReadMemoryOperand(operation.Size);
        PushDestination();
        if (operation.Size == 4) _il.Emit(OpCodes.Conv_U4);
        _il.Constant(FlagUse.CountOf(operation) & (bits - 1));
        _il.Call(typeof(BitOperations).GetMethod(method, [type, typeof(int)])!);
        _il.Emit(OpCodes.Conv_U8);
        _il.Store(_result);
        WriteDestination(_result);
        if (_isNeeded) StoreRotationFlags(bits, isLeft: method == nameof(BitOperations.RotateLeft));
    }

    private void StoreRotationFlags(int bits, bool isLeft)
    {
        StoreFlags(_state);
        _state = FlagState.Stored;
        _il.Load(_flags);
        _il.Constant(~(ProcessorFlags.Carry | ProcessorFlags.Overflow));
        _il.Emit(OpCodes.And);
        PushResultBit(isLeft ? 0 : bits - 1, 0);
        _il.Emit(OpCodes.Or);
        PushResultBit(bits - 1, ProcessorFlags.OverflowBit);
        PushResultBit(isLeft ? 0 : bits - 2, ProcessorFlags.OverflowBit);
        _il.Emit(OpCodes.Xor);
        _il.Emit(OpCodes.Or);
        _il.Store(_flags);
    }

    private void PushResultBit(int from, int to)
    {
        _il.Load(_result);
        _il.Constant(from);
        _il.Emit(OpCodes.Shr_Un);
        _il.Constant(1UL);
        _il.Emit(OpCodes.And);
        _il.Constant(to);
        _il.Emit(OpCodes.Shl);
    }
}
