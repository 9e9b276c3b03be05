using System.Reflection.Emit;
using Iced.Intel;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Moves between XMM registers, general registers and memory.</content>
internal sealed partial class RegionTranslator
{
    private readonly LocalBuilder _vectorResult;

    private static void AddVectorMoves(Dictionary<Mnemonic, Translator> table)
    {
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Movaps, Mnemonic.Movapd, Mnemonic.Movdqa, Mnemonic.Movups, Mnemonic.Movupd, Mnemonic.Movdqu,
            Mnemonic.Movntps, Mnemonic.Movntpd, Mnemonic.Movntdq,
        })
            table[mnemonic] = static (t, o) => t.MoveWhole(o);
        table[Mnemonic.Movss] = static (t, o) => t.MoveScalar(o, nameof(TranslatedVector.WithLow4));
        table[Mnemonic.Movsd] = static (t, o) => t.MoveScalar(o, nameof(TranslatedVector.WithLow));
        table[Mnemonic.Movd] = static (t, o) => t.MoveLow(o);
        table[Mnemonic.Movq] = static (t, o) => t.MoveLow(o);
        table[Mnemonic.Movlps] = static (t, o) => t.MoveHalf(o, nameof(TranslatedVector.Low), nameof(TranslatedVector.WithLow));
        table[Mnemonic.Movlpd] = table[Mnemonic.Movlps];
        table[Mnemonic.Movhps] = static (t, o) => t.MoveHalf(o, nameof(TranslatedVector.High), nameof(TranslatedVector.WithHigh));
        table[Mnemonic.Movhpd] = table[Mnemonic.Movhps];
        table[Mnemonic.Movhlps] = static (t, o) => t.CopyHalf(o, nameof(TranslatedVector.High), nameof(TranslatedVector.WithLow));
        table[Mnemonic.Movlhps] = static (t, o) => t.CopyHalf(o, nameof(TranslatedVector.Low), nameof(TranslatedVector.WithHigh));
    }

    private void CallVector(string name) => _il.Call(CpuMembers.Method(typeof(TranslatedVector), name));

    private void FindAddress(Operation operation)
    {
        PushAddress(operation);
        _il.Store(_address);
    }

    // 16 bytes that must be aligned: otherwise the interpreter says what is wrong.
    private void RequireAlignment(Operation operation)
    {
        if (!operation.MustBeAligned) return;
        _il.Load(_address);
        _il.Constant(15UL);
        _il.Emit(OpCodes.And);
        _il.Constant(0UL);
        _il.Branch(OpCodes.Bne_Un, SideExit());
    }

    // Pushes the source: a register, or 16 bytes of memory.
    private void PushVectorSource(Operation operation)
    {
        if (operation.SourceKind == OperandKind.Vector)
        {
            _il.Load(Vector(operation.Source));
            return;
        }

        _il.Load(_vectorMemory);
    }

    // If the source is in memory: reads its 16 bytes.
    private void ReadVectorOperand(Operation operation)
    {
        if (operation.SourceKind != OperandKind.Memory) return;
        FindAddress(operation);
        RequireAlignment(operation);
        ReadMemory(WholeVector);
    }

    private void MoveWhole(Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Memory)
        {
            FindAddress(operation);
            RequireAlignment(operation);
            WriteMemory(WholeVector, Vector(operation.Source));
            return;
        }

        ReadVectorOperand(operation);
        PushVectorSource(operation);
        SetVector(operation.Destination, operation.SourceKind == OperandKind.Vector ? _ordinary[operation.Source] : Ordinary.None);
    }

    // Between registers the low element alone, from memory with zeros above it.
    private void MoveScalar(Operation operation, string replace)
    {
        int size = replace == nameof(TranslatedVector.WithLow4) ? 4 : 8;
        if (operation.DestinationKind == OperandKind.Memory)
        {
            StoreLow(operation, size);
        }
        else if (operation.SourceKind == OperandKind.Memory)
        {
            FindAddress(operation);
            ReadMemory(size);
            _il.Load(_memory);
            CallVector(nameof(TranslatedVector.FromLow));
            SetVector(operation.Destination);
        }
        else
        {
            _il.Load(Vector(operation.Destination));
            _il.Load(Vector(operation.Source));
            CallVector(nameof(TranslatedVector.Low));
            CallVector(replace);
            SetVector(operation.Destination, _ordinary[operation.Source] & (size == 8 ? Ordinary.Double : Ordinary.Single));
        }
    }

    private void StoreLow(Operation operation, int size)
    {
        FindAddress(operation);
        _il.Load(Vector(operation.Source));
        CallVector(nameof(TranslatedVector.Low));
        _il.Store(_result);
        WriteMemory(size, _result);
    }

    // What goes into an XMM register has zeros above it.
    private void MoveLow(Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Memory)
        {
            StoreLow(operation, operation.Size);
            return;
        }

        int size = operation.DestinationKind == OperandKind.Vector && operation.SourceKind != OperandKind.Vector ? operation.SourceSize : operation.Size;
        ReadMemoryOperand(size);
        if (operation.SourceKind == OperandKind.Vector)
        {
            _il.Load(Vector(operation.Source));
            CallVector(nameof(TranslatedVector.Low));
        }
        else
        {
            PushSource();
            _il.ZeroExtend(size);
        }

        if (operation.DestinationKind == OperandKind.Vector)
        {
            CallVector(nameof(TranslatedVector.FromLow));
            SetVector(operation.Destination);
            return;
        }

        _il.Store(_result);
        WriteDestination(_result);
    }

    private void MoveHalf(Operation operation, string get, string replace)
    {
        FindAddress(operation);
        if (operation.DestinationKind == OperandKind.Memory)
        {
            _il.Load(Vector(operation.Source));
            CallVector(get);
            _il.Store(_result);
            WriteMemory(8, _result);
            return;
        }

        ReadMemory(8);
        _il.Load(Vector(operation.Destination));
        _il.Load(_memory);
        CallVector(replace);
        SetVector(operation.Destination);
    }

    private void CopyHalf(Operation operation, string get, string replace)
    {
        _il.Load(Vector(operation.Destination));
        _il.Load(Vector(operation.Source));
        CallVector(get);
        CallVector(replace);
        SetVector(operation.Destination);
    }
}
