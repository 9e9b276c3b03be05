using System.Buffers.Binary;
using System.Reflection.Emit;
using Iced.Intel;
using Label = System.Reflection.Emit.Label;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Moves, extensions, conditional moves and sets, the stack.</content>
internal sealed partial class RegionTranslator
{
    private const int PointerSize = 8;

    private static void AddMoves(Dictionary<Mnemonic, Translator> table)
    {
        table[Mnemonic.Mov] = static (t, o) => t.Move(o);
        table[Mnemonic.Movzx] = static (t, o) => t.Extend(o, isSigned: false);
        table[Mnemonic.Movsx] = static (t, o) => t.Extend(o, isSigned: true);
        table[Mnemonic.Movsxd] = static (t, o) => t.Extend(o, isSigned: true);
        table[Mnemonic.Lea] = static (t, o) => t.LoadEffectiveAddress(o);
        table[Mnemonic.Xchg] = static (t, o) => t.Exchange(o);
        table[Mnemonic.Bswap] = static (t, o) => t.SwapBytes(o);
        table[Mnemonic.Cbw] = static (t, _) => t.ExtendAccumulator(RegisterFile.Rax, from: 1, to: 2, isSignOnly: false);
        table[Mnemonic.Cwde] = static (t, _) => t.ExtendAccumulator(RegisterFile.Rax, from: 2, to: 4, isSignOnly: false);
        table[Mnemonic.Cdqe] = static (t, _) => t.ExtendAccumulator(RegisterFile.Rax, from: 4, to: 8, isSignOnly: false);
        table[Mnemonic.Cwd] = static (t, _) => t.ExtendAccumulator(RegisterFile.Rdx, from: 2, to: 2, isSignOnly: true);
        table[Mnemonic.Cdq] = static (t, _) => t.ExtendAccumulator(RegisterFile.Rdx, from: 4, to: 4, isSignOnly: true);
        table[Mnemonic.Cqo] = static (t, _) => t.ExtendAccumulator(RegisterFile.Rdx, from: 8, to: 8, isSignOnly: true);
        table[Mnemonic.Push] = static (t, o) => t.Push(o);
        table[Mnemonic.Pop] = static (t, o) => t.Pop(o);
        table[Mnemonic.Leave] = static (t, _) => t.Leave();
        foreach (Mnemonic mnemonic in HandlerTable.Implemented.Where(FlagUse.IsMove)) table[mnemonic] = static (t, o) => t.MoveIf(o);
        foreach (Mnemonic mnemonic in HandlerTable.Implemented.Where(FlagUse.IsSet)) table[mnemonic] = static (t, o) => t.SetIf(o);
    }

    private void Move(Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Memory)
        {
            PushAddress(operation);
            _il.Store(_address);
        }
        else
        {
            ReadMemoryOperand(operation.Size);
        }

        PushSource();
        _il.Store(_result);
        WriteDestination(_result);
    }

    private void Extend(Operation operation, bool isSigned)
    {
        ReadMemoryOperand(operation.SourceSize);
        PushSource();
        if (isSigned) _il.SignExtend(operation.SourceSize);
        else _il.ZeroExtend(operation.SourceSize);
        _il.Store(_result);
        WriteDestination(_result);
    }

    private void LoadEffectiveAddress(Operation operation)
    {
        PushEffectiveAddress(operation);
        _il.Store(_result);
        WriteDestination(_result);
    }

    private void Exchange(Operation operation)
    {
        PushDestination();
        _il.Store(_left);
        PushSource();
        _il.Store(_right);
        WriteRegister(operation.DestinationKind, operation.Destination, operation.Size, _right);
        WriteRegister(operation.SourceKind, operation.Source, operation.Size, _left);
    }

    private void SwapBytes(Operation operation)
    {
        PushDestination();
        if (operation.Size == 4) _il.Emit(OpCodes.Conv_U4);
        Type type = operation.Size == 4 ? typeof(uint) : typeof(ulong);
        _il.Call(typeof(BinaryPrimitives).GetMethod(nameof(BinaryPrimitives.ReverseEndianness), [type])!);
        _il.Emit(OpCodes.Conv_U8);
        _il.Store(_result);
        WriteDestination(_result);
    }

    private void ExtendAccumulator(int register, int from, int to, bool isSignOnly)
    {
        _il.Load(General(RegisterFile.Rax));
        _il.SignExtend(from);
        if (isSignOnly)
        {
            _il.Constant(63);
            _il.Emit(OpCodes.Shr);
        }

        _il.Store(_result);
        WriteRegister(OperandKind.Register, register, to, _result);
    }

    // A 4-byte destination is zero-extended whether it is moved to or not.
    private void MoveIf(Operation operation)
    {
        Label no = _il.DefineLabel();
        ReadMemoryOperand(operation.Size);
        PushDestination();
        _il.Store(_result);
        PushCondition(operation.Condition);
        _il.Branch(OpCodes.Brfalse, no);
        PushSource();
        _il.Store(_result);
        _il.Mark(no);
        WriteDestination(_result);
    }

    private void SetIf(Operation operation)
    {
        PushCondition(operation.Condition);
        _il.Emit(OpCodes.Conv_U8);
        _il.Store(_result);
        if (operation.DestinationKind == OperandKind.Memory)
        {
            PushAddress(operation);
            _il.Store(_address);
        }

        WriteDestination(_result);
    }

    private void Push(Operation operation)
    {
        ReadMemoryOperand(PointerSize);
        PushDestination();
        _il.Store(_result);
        PushResultOnStack();
    }

    private void PushResultOnStack()
    {
        LocalBuilder top = General(RegisterFile.Rsp);
        _il.Load(top);
        _il.Constant((ulong)PointerSize);
        _il.Emit(OpCodes.Sub);
        _il.Store(_address);
        WriteMemory(PointerSize, _result);
        Copy(_address, top);
    }

    private void Pop(Operation operation)
    {
        ReadStack();
        DropFromStack(0);
        _il.Load(_memory);
        _il.Store(General(operation.Destination));
    }

    private void ReadStack()
    {
        Copy(General(RegisterFile.Rsp), _address);
        ReadMemory(PointerSize);
    }

    private void DropFromStack(ulong more)
    {
        LocalBuilder top = General(RegisterFile.Rsp);
        _il.Load(top);
        _il.Constant(PointerSize + more);
        _il.Emit(OpCodes.Add);
        _il.Store(top);
    }

    private void Leave()
    {
        LocalBuilder frame = General(RegisterFile.Rbp);
        Copy(frame, _address);
        ReadMemory(PointerSize);
        _il.Load(frame);
        _il.Constant((ulong)PointerSize);
        _il.Emit(OpCodes.Add);
        _il.Store(General(RegisterFile.Rsp));
        Copy(_memory, frame);
    }
}
