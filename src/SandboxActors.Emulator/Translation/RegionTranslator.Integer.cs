using System.Reflection.Emit;
using Iced.Intel;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Addition, subtraction, comparison, bitwise operations.</content>
internal sealed partial class RegionTranslator
{
    private readonly LocalBuilder _left;
    private readonly LocalBuilder _right;
    private readonly LocalBuilder _result;

    private static void AddIntegers(Dictionary<Mnemonic, Translator> table)
    {
        table[Mnemonic.Add] = static (t, o) => t.Combine(o, OpCodes.Add, FlagKind.Add);
        table[Mnemonic.Sub] = static (t, o) => t.Combine(o, OpCodes.Sub, FlagKind.Subtract);
        table[Mnemonic.And] = static (t, o) => t.Combine(o, OpCodes.And, FlagKind.Logic);
        table[Mnemonic.Or] = static (t, o) => t.Combine(o, OpCodes.Or, FlagKind.Logic);
        table[Mnemonic.Xor] = static (t, o) => t.Combine(o, OpCodes.Xor, FlagKind.Logic);
        table[Mnemonic.Adc] = static (t, o) => t.CombineWithCarry(o, OpCodes.Add, FlagKind.AddCarry);
        table[Mnemonic.Sbb] = static (t, o) => t.CombineWithCarry(o, OpCodes.Sub, FlagKind.SubtractBorrow);
        table[Mnemonic.Cmp] = static (t, o) => t.Compare(o);
        table[Mnemonic.Test] = static (t, o) => t.Test(o);
        table[Mnemonic.Inc] = static (t, o) => t.Step(o, OpCodes.Add, FlagKind.Increment);
        table[Mnemonic.Dec] = static (t, o) => t.Step(o, OpCodes.Sub, FlagKind.Decrement);
        table[Mnemonic.Neg] = static (t, o) => t.Negate(o);
        table[Mnemonic.Not] = static (t, o) => t.Complement(o);
        table[Mnemonic.Bt] = static (t, o) => t.TestBit(o);
    }

    private void TakeOperands(int size)
    {
        ReadMemoryOperand(size);
        PushDestination();
        _il.Store(_left);
        PushSource();
        _il.Store(_right);
    }

    private void Combine(Operation operation, OpCode code, FlagKind kind)
    {
        TakeOperands(operation.Size);
        // The way to say zero.
        bool isZero = (operation.Mnemonic is Mnemonic.Xor or Mnemonic.Sub) && operation.DestinationKind == operation.SourceKind
            && operation.DestinationKind == OperandKind.Register && operation.Destination == operation.Source;
        if (isZero)
        {
            _il.Constant(0UL);
        }
        else
        {
            _il.Load(_left);
            _il.Load(_right);
            _il.Emit(code);
        }

        _il.Store(_result);
        WriteDestination(_result);
        if (kind == FlagKind.Logic) KeepFlags(kind, operation.Size, _result);
        else KeepFlags(kind, operation.Size, _left, _right);
    }

    private void CombineWithCarry(Operation operation, OpCode code, FlagKind kind)
    {
        TakeOperands(operation.Size);
        _il.Load(_left);
        _il.Load(_right);
        _il.Emit(code);
        PushCarry();
        _il.Emit(code);
        _il.Store(_result);
        WriteDestination(_result);
        KeepFlags(kind, operation.Size, _left, _right, _result);
    }

    private void Compare(Operation operation)
    {
        TakeOperands(operation.Size);
        KeepFlags(FlagKind.Subtract, operation.Size, _left, _right);
    }

    private void Test(Operation operation)
    {
        TakeOperands(operation.Size);
        _il.Load(_left);
        _il.Load(_right);
        _il.Emit(OpCodes.And);
        _il.Store(_result);
        KeepFlags(FlagKind.Logic, operation.Size, _result);
    }

    // The carry is not changed, so it is part of what is kept.
    private void Step(Operation operation, OpCode code, FlagKind kind)
    {
        ReadMemoryOperand(operation.Size);
        PushDestination();
        _il.Constant(1UL);
        _il.Emit(code);
        _il.Store(_result);
        if (_isNeeded)
        {
            PushCarry();
            _il.Store(_right);
        }

        WriteDestination(_result);
        KeepFlags(kind, operation.Size, _result, _right);
    }

    private void Negate(Operation operation)
    {
        ReadMemoryOperand(operation.Size);
        PushDestination();
        _il.Store(_right);
        _il.Constant(0UL);
        _il.Store(_left);
        _il.Load(_left);
        _il.Load(_right);
        _il.Emit(OpCodes.Sub);
        _il.Store(_result);
        WriteDestination(_result);
        KeepFlags(FlagKind.Subtract, operation.Size, _left, _right);
    }

    private void Complement(Operation operation)
    {
        ReadMemoryOperand(operation.Size);
        PushDestination();
        _il.Emit(OpCodes.Not);
        _il.Store(_result);
        WriteDestination(_result);
    }

    private void TestBit(Operation operation)
    {
        if (!_isNeeded) return;
        StoreFlags(_state);
        _state = FlagState.Stored;
        _il.Load(_flags);
        _il.Constant(~ProcessorFlags.Carry);
        _il.Emit(OpCodes.And);
        PushDestination();
        PushSource();
        _il.Constant((ulong)((operation.Size * 8) - 1));
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Shr_Un);
        _il.Constant(1UL);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Or);
        _il.Store(_flags);
    }
}
