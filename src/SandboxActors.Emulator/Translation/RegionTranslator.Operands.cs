using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <content>Registers in locals, and guest memory: the ordinary case in line, every other one behind the code.</content>
internal sealed partial class RegionTranslator
{
    private const int WholeVector = 16;
    private const int PageShift = 12;

    private readonly LocalBuilder _address;
    private readonly LocalBuilder _offset;
    private readonly LocalBuilder _page;
    private readonly LocalBuilder _permissions;
    private readonly LocalBuilder _memory;
    private readonly LocalBuilder _vectorMemory;
    private readonly LocalBuilder?[] _general = new LocalBuilder?[RegisterFile.None];
    private readonly LocalBuilder?[] _vector = new LocalBuilder?[VectorFile.Count];

    private LocalBuilder General(int number) => _general[number] ??= _il.Local(typeof(ulong));

    private LocalBuilder Vector(int number) => _vector[number] ??= _il.Local(typeof(Vector128<byte>));

    // From locals to the state.
    private void Spill()
    {
        ForEachRegister(CpuMembers.General, _general, typeof(ulong), isStore: true);
        ForEachRegister(CpuMembers.Vector, _vector, typeof(Vector128<byte>), isStore: true);
        LoadState();
        _il.Load(_flags);
        _il.StoreField(CpuMembers.Flags);
    }

    // From the state to locals.
    private void Fill()
    {
        ForEachRegister(CpuMembers.General, _general, typeof(ulong), isStore: false);
        ForEachRegister(CpuMembers.Vector, _vector, typeof(Vector128<byte>), isStore: false);
        LoadState();
        _il.LoadField(CpuMembers.Flags);
        _il.Store(_flags);
    }

    private void ForEachRegister(FieldInfo file, LocalBuilder?[] locals, Type type, bool isStore)
    {
        for (int number = 0; number < locals.Length; number++)
        {
            if (locals[number] is not { } local) continue;
            LoadState();
            _il.LoadField(file);
            _il.Constant(number);
            if (isStore)
            {
                _il.Load(local);
                _il.StoreElement(type);
            }
            else
            {
                _il.LoadElement(type);
                _il.Store(local);
            }
        }
    }

    // Pushes an operand; what is above its size is undefined. Memory must have been read before.
    private void PushOperand(OperandKind kind, int register)
    {
        switch (kind)
        {
            case OperandKind.Register:
                _il.Load(General(register));
                return;
            case OperandKind.HighByte:
                _il.Load(General(register));
                _il.Constant(8);
                _il.Emit(OpCodes.Shr_Un);
                return;
            case OperandKind.Immediate:
                _il.Constant(_operation.Immediate);
                return;
            default:
                _il.Load(_memory);
                return;
        }
    }

    private void PushDestination() => PushOperand(_operation.DestinationKind, _operation.Destination);

    private void PushSource() => PushOperand(_operation.SourceKind, _operation.Source);

    // If one of the operands is in memory: finds its address, and reads it.
    private void ReadMemoryOperand(int size)
    {
        if (!HasMemory(_operation)) return;
        PushAddress(_operation);
        _il.Store(_address);
        ReadMemory(size);
    }

    private static bool HasMemory(Operation operation) => operation.DestinationKind == OperandKind.Memory || operation.SourceKind == OperandKind.Memory;

    // Sets the destination to a value whose bits above its size are undefined. Memory is that at the address found before.
    private void WriteDestination(LocalBuilder value)
    {
        if (_operation.DestinationKind == OperandKind.Memory) WriteMemory(_operation.Size, value);
        else WriteRegister(_operation.DestinationKind, _operation.Destination, _operation.Size, value);
    }

    private void WriteRegister(OperandKind kind, int number, int size, LocalBuilder value)
    {
        LocalBuilder register = General(number);
        if (size >= 4)
        {
            _il.Load(value);
            _il.ZeroExtend(size);
            _il.Store(register);
            return;
        }

        bool isHigh = kind == OperandKind.HighByte;
        _il.Load(register);
        _il.Constant(isHigh ? ~0xFF00UL : ~Cpu.Mask(size));
        _il.Emit(OpCodes.And);
        _il.Load(value);
        _il.ZeroExtend(size);
        if (isHigh)
        {
            _il.Constant(8);
            _il.Emit(OpCodes.Shl);
        }

        _il.Emit(OpCodes.Or);
        _il.Store(register);
    }

    private void PushAddress(Operation operation)
    {
        PushEffectiveAddress(operation);
        if (operation.Segment == SegmentBase.None) return;
        LoadState();
        _il.LoadField(operation.Segment == SegmentBase.Fs ? CpuMembers.FsBase : CpuMembers.GsBase);
        _il.Emit(OpCodes.Add);
    }

    private void PushEffectiveAddress(Operation operation)
    {
        bool hasPart = false;
        if (operation.Base != RegisterFile.None)
        {
            _il.Load(General(operation.Base));
            hasPart = true;
        }

        if (operation.IndexRegister != RegisterFile.None)
        {
            _il.Load(General(operation.IndexRegister));
            if (operation.IndexShift != 0)
            {
                _il.Constant(operation.IndexShift);
                _il.Emit(OpCodes.Shl);
            }

            if (hasPart) _il.Emit(OpCodes.Add);
            hasPart = true;
        }

        if (operation.Displacement != 0 || !hasPart)
        {
            _il.Constant(operation.Displacement);
            if (hasPart) _il.Emit(OpCodes.Add);
        }

        if (operation.HasAddress32) _il.ZeroExtend(4);
    }

    // Reads from the address found before, zero-extended.
    private void ReadMemory(int size)
    {
        LocalBuilder value = size == WholeVector ? _vectorMemory : _memory;
        Label slow = _il.DefineLabel();
        Label end = _il.DefineLabel();
        Label exit = SideExit();
        FindInWindow(size, 1, slow);
        PushWindowItem(0);
        _il.LoadIndirect(size);
        _il.Store(value);
        _il.Mark(end);
        _deferred.Enqueue(() =>
        {
            _il.Mark(slow);
            _il.Cpu();
            _il.Load(_address);
            _il.Call(CpuMembers.TryReadSlowly(size));
            _il.Branch(OpCodes.Brfalse, exit);
            _il.Cpu();
            if (size == WholeVector) _il.LoadField(CpuMembers.Found);
            else _il.Call(CpuMembers.FoundLow);
            _il.Store(value);
            _il.Branch(OpCodes.Br, end);
        });
    }

    // Writes to the address found before.
    private void WriteMemory(int size, LocalBuilder value)
    {
        Label slow = _il.DefineLabel();
        Label end = _il.DefineLabel();
        Label exit = SideExit();
        FindInWindow(size, PagePermission.Written, slow);
        PushWindowItem(0);
        PushCutFor(size, value);
        _il.StoreIndirect(size);
        _il.Mark(end);
        _deferred.Enqueue(() =>
        {
            _il.Mark(slow);
            _il.Cpu();
            _il.Load(_address);
            PushCutFor(size, value);
            _il.Call(CpuMembers.TryWriteSlowly(size));
            _il.Branch(OpCodes.Brfalse, exit);
            _il.Branch(OpCodes.Br, end);
        });
    }

    // What Cpu.TryFindReadable and TryFindWritten do, in line: as calls they would have the just-in-time compiler run out of variables. Afterwards
    // the offset in the window is known; its first and last byte have passed the span's own test, so that no mistake in the tests before can lead out
    // of guest memory.
    private void FindInWindow(int size, int leastPermission, Label otherwise)
    {
        _il.Load(_address);
        _il.Cpu();
        _il.LoadField(CpuMembers.WindowStart);
        _il.Emit(OpCodes.Sub);
        _il.Store(_offset);
        _il.Load(_offset);
        _il.Constant(PageShift);
        _il.Emit(OpCodes.Shr_Un);
        _il.Store(_page);
        _il.Cpu();
        _il.LoadField(CpuMembers.WindowPermissions);
        _il.Store(_permissions);
        _il.Load(_page);
        _il.Load(_permissions);
        _il.Emit(OpCodes.Ldlen);
        _il.Emit(OpCodes.Conv_U8);
        _il.Branch(OpCodes.Bge_Un, otherwise);
        _il.Load(_permissions);
        _il.Load(_page);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Ldelem_U1);
        _il.Constant(leastPermission);
        _il.Branch(OpCodes.Blt, otherwise);
        if (size == 1) return;
        _il.Load(_offset);
        _il.Emit(OpCodes.Conv_I4);
        _il.Constant(GuestAddress.PageSize - 1);
        _il.Emit(OpCodes.And);
        _il.Constant(GuestAddress.PageSize - size);
        _il.Branch(OpCodes.Bgt, otherwise);
        PushWindowItem(size - 1);
        _il.Emit(OpCodes.Pop);
    }

    private void PushWindowItem(int distance)
    {
        _il.Cpu();
        _il.LoadFieldAddress(CpuMembers.Window);
        _il.Load(_offset);
        _il.Emit(OpCodes.Conv_I4);
        if (distance != 0)
        {
            _il.Constant(distance);
            _il.Emit(OpCodes.Add);
        }

        _il.Call(CpuMembers.WindowItem);
    }

    private void PushCutFor(int size, LocalBuilder value)
    {
        _il.Load(value);
        if (size < 8) _il.Emit(size switch { 4 => OpCodes.Conv_U4, 2 => OpCodes.Conv_U2, _ => OpCodes.Conv_U1 });
    }
}
