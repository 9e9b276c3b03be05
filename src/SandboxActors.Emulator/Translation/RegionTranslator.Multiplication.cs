using System.Reflection;
using System.Reflection.Emit;
using Iced.Intel;
using Label = System.Reflection.Emit.Label;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Multiplication and division.</content>
internal sealed partial class RegionTranslator
{
    private static void AddMultiplication(Dictionary<Mnemonic, Translator> table)
    {
        table[Mnemonic.Imul] = static (t, o) => t.MultiplySigned(o);
        table[Mnemonic.Mul] = static (t, o) => t.MultiplyWide(o, isSigned: false);
        table[Mnemonic.Div] = static (t, o) => t.Divide(o, isSigned: false);
        table[Mnemonic.Idiv] = static (t, o) => t.Divide(o, isSigned: true);
    }

    private void MultiplySigned(Operation operation)
    {
        if (operation.SourceKind == OperandKind.None)
        {
            MultiplyWide(operation, isSigned: true);
            return;
        }

        ReadMemoryOperand(operation.Size);
        // With three operands the first is only written.
        if (operation.HasThirdOperand) _il.Constant(operation.Immediate);
        else PushDestination();
        _il.SignExtend(operation.Size);
        _il.Store(_left);
        PushSource();
        _il.SignExtend(operation.Size);
        _il.Store(_right);
        _il.Load(_left);
        _il.Load(_right);
        _il.Emit(OpCodes.Mul);
        _il.Store(_result);
        WriteDestination(_result);
        KeepFlags(FlagKind.MultiplySigned, operation.Size, _left, _right);
    }

    // RDX:RAX or EDX:EAX. Flags that somebody sees are stored at once: such products are rare.
    private void MultiplyWide(Operation operation, bool isSigned)
    {
        int size = operation.Size;
        ReadMemoryOperand(size);
        _il.Load(General(RegisterFile.Rax));
        Extend(size, isSigned);
        _il.Store(_left);
        PushDestination();
        Extend(size, isSigned);
        _il.Store(_right);
        MethodInfo high = CpuMembers.Method(typeof(WideArithmetic), isSigned ? nameof(WideArithmetic.SignedHigh) : nameof(WideArithmetic.High));
        if (size == 8)
        {
            _il.Load(_left);
            _il.Load(_right);
            _il.Call(high);
            _il.Store(General(RegisterFile.Rdx));
            _il.Load(_left);
            _il.Load(_right);
            _il.Emit(OpCodes.Mul);
            _il.Store(General(RegisterFile.Rax));
        }
        else
        {
            _il.Load(_left);
            _il.Load(_right);
            _il.Emit(OpCodes.Mul);
            _il.Store(_result);
            WriteRegister(OperandKind.Register, RegisterFile.Rax, size, _result);
            _il.Load(_result);
            _il.Constant(32);
            _il.Emit(OpCodes.Shr_Un);
            _il.Store(General(RegisterFile.Rdx));
        }

        if (!_isNeeded) return;
        _state = FlagState.Stored;
        _il.Load(_flags);
        _il.Load(General(RegisterFile.Rax));
        _il.Load(General(RegisterFile.Rdx));
        _il.Constant(size);
        _il.Call(CpuMembers.Method(typeof(WideArithmetic), isSigned ? nameof(WideArithmetic.SignedProductFlags) : nameof(WideArithmetic.ProductFlags)));
        _il.Store(_flags);
    }

    private void Extend(int size, bool isSigned)
    {
        if (isSigned) _il.SignExtend(size);
        else _il.ZeroExtend(size);
    }

    // The ordinary case: the upper half of the dividend is no more than the extension of the lower, and the divisor is neither 0 nor -1. Everything
    // else, what faults included, is the interpreter's.
    private void Divide(Operation operation, bool isSigned)
    {
        int size = operation.Size;
        ReadMemoryOperand(size);
        Label exit = SideExit();
        _il.Load(General(RegisterFile.Rax));
        Extend(size, isSigned);
        _il.Store(_left);
        PushDestination();
        Extend(size, isSigned);
        _il.Store(_right);

        // Whether the divisor is 0, or for signed ones 0 or -1.
        _il.Load(_right);
        _il.Constant(isSigned ? 1UL : 0UL);
        _il.Emit(OpCodes.Add);
        _il.Constant(isSigned ? 1UL : 0UL);
        _il.Branch(OpCodes.Ble_Un, exit);
        PushUpperHalf(size, isSigned);
        _il.Branch(OpCodes.Bne_Un, exit);
        _il.Load(_left);
        _il.Load(_right);
        _il.Emit(isSigned ? OpCodes.Div : OpCodes.Div_Un);
        _il.Store(_result);
        WriteRegister(OperandKind.Register, RegisterFile.Rax, size, _result);
        _il.Load(_left);
        _il.Load(_result);
        _il.Load(_right);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Sub);
        _il.Store(_result);
        WriteRegister(OperandKind.Register, RegisterFile.Rdx, size, _result);
    }

    // Pushes the upper half of the dividend, and what it must be.
    private void PushUpperHalf(int size, bool isSigned)
    {
        _il.Load(General(RegisterFile.Rdx));
        _il.ZeroExtend(size);
        if (!isSigned)
        {
            _il.Constant(0UL);
            return;
        }

        _il.Load(_left);
        _il.Constant(63);
        _il.Emit(OpCodes.Shr);
        _il.ZeroExtend(size);
    }
}
