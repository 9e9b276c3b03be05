using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using Iced.Intel;
using Label = System.Reflection.Emit.Label;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>
/// Floating point. On ordinary numbers the host's arithmetic is the guest's, and there is nothing to note in MXCSR; everything else is the
/// interpreter's.
/// </content>
internal sealed partial class RegionTranslator
{
    private static readonly HashSet<Mnemonic> Floats = [.. CreateFloatTranslators().Keys];
    private readonly LocalBuilder _double;
    private readonly LocalBuilder _otherDouble;
    private readonly LocalBuilder _doubleResult;
    private readonly LocalBuilder _single;
    private readonly LocalBuilder _otherSingle;
    private readonly LocalBuilder _singleResult;

    private static void AddFloats(Dictionary<Mnemonic, Translator> table)
    {
        foreach ((Mnemonic mnemonic, Translator translator) in CreateFloatTranslators()) table[mnemonic] = translator;
    }

    private static Dictionary<Mnemonic, Translator> CreateFloatTranslators() => new()
    {
        [Mnemonic.Addsd] = static (t, o) => t.CombineScalars(o, OpCodes.Add, isDouble: true),
        [Mnemonic.Subsd] = static (t, o) => t.CombineScalars(o, OpCodes.Sub, isDouble: true),
        [Mnemonic.Mulsd] = static (t, o) => t.CombineScalars(o, OpCodes.Mul, isDouble: true),
        [Mnemonic.Divsd] = static (t, o) => t.CombineScalars(o, OpCodes.Div, isDouble: true),
        [Mnemonic.Addss] = static (t, o) => t.CombineScalars(o, OpCodes.Add, isDouble: false),
        [Mnemonic.Subss] = static (t, o) => t.CombineScalars(o, OpCodes.Sub, isDouble: false),
        [Mnemonic.Mulss] = static (t, o) => t.CombineScalars(o, OpCodes.Mul, isDouble: false),
        [Mnemonic.Divss] = static (t, o) => t.CombineScalars(o, OpCodes.Div, isDouble: false),
        [Mnemonic.Sqrtsd] = static (t, o) => t.SquareRoot(o, isDouble: true),
        [Mnemonic.Sqrtss] = static (t, o) => t.SquareRoot(o, isDouble: false),
        [Mnemonic.Addpd] = static (t, o) => t.CombinePairs(o, nameof(HostFloats.Add)),
        [Mnemonic.Subpd] = static (t, o) => t.CombinePairs(o, nameof(HostFloats.Subtract)),
        [Mnemonic.Mulpd] = static (t, o) => t.CombinePairs(o, nameof(HostFloats.Multiply)),
        [Mnemonic.Divpd] = static (t, o) => t.CombinePairs(o, nameof(HostFloats.Divide)),
        [Mnemonic.Ucomisd] = static (t, o) => t.CompareScalars(o, isDouble: true),
        [Mnemonic.Comisd] = static (t, o) => t.CompareScalars(o, isDouble: true),
        [Mnemonic.Ucomiss] = static (t, o) => t.CompareScalars(o, isDouble: false),
        [Mnemonic.Comiss] = static (t, o) => t.CompareScalars(o, isDouble: false),
        [Mnemonic.Cvtsi2sd] = static (t, o) => t.ConvertFromInteger(o),
        [Mnemonic.Cvttsd2si] = static (t, o) => t.ConvertToInteger(o),
        [Mnemonic.Cvtss2sd] = static (t, o) => t.Widen(o),
        [Mnemonic.Cvtsd2ss] = static (t, o) => t.Narrow(o),
    };

    // Reads a scalar source into the local for it. Narrower than a whole register: no alignment is asked for.
    private void TakeScalarSource(Operation operation, LocalBuilder target, bool isDouble)
    {
        if (operation.SourceKind == OperandKind.Vector)
        {
            _il.Load(Vector(operation.Source));
            CallVector(isDouble ? nameof(TranslatedVector.Double) : nameof(TranslatedVector.Single));
            _il.Store(target);
            return;
        }

        FindAddress(operation);
        ReadMemory(isDouble ? 8 : 4);
        _il.Load(_memory);
        if (!isDouble) _il.Emit(OpCodes.Conv_U4);
        string name = isDouble ? nameof(BitConverter.UInt64BitsToDouble) : nameof(BitConverter.UInt32BitsToSingle);
        _il.Call(typeof(BitConverter).GetMethod(name, [isDouble ? typeof(ulong) : typeof(uint)])!);
        _il.Store(target);
    }

    private void TakeDestinationScalar(Operation operation, LocalBuilder target, bool isDouble)
    {
        _il.Load(Vector(operation.Destination));
        CallVector(isDouble ? nameof(TranslatedVector.Double) : nameof(TranslatedVector.Single));
        _il.Store(target);
    }

    private void SetDestinationScalar(Operation operation, LocalBuilder value, bool isDouble)
    {
        Ordinary known = isDouble ? Ordinary.Double : Ordinary.Single;
        _il.Load(Vector(operation.Destination));
        _il.Load(value);
        CallVector(isDouble ? nameof(TranslatedVector.WithDouble) : nameof(TranslatedVector.WithSingle));
        // With an ordinary number above it there are two again.
        SetVector(operation.Destination, isDouble ? known | (_ordinary[operation.Destination] & Ordinary.Pair) : known);
    }

    private void RequireHostArithmetic()
    {
        if (_isHostArithmeticAllowed) return;
        LoadState();
        _il.LoadField(CpuMembers.Mxcsr);
        _il.Constant((int)FloatContext.HostMask);
        _il.Emit(OpCodes.And);
        _il.Constant((int)FloatContext.HostValue);
        _il.Branch(OpCodes.Bne_Un, SideExit());
        _isHostArithmeticAllowed = true;
    }

    private void RequireOrdinary(LocalBuilder value) => Require(nameof(HostFloats.IsOrdinary), value);

    private void Require(string test, params LocalBuilder[] values)
    {
        foreach (LocalBuilder value in values) _il.Load(value);
        _il.Call(typeof(HostFloats).GetMethod(test, [.. values.Select(value => value.LocalType)])!);
        _il.Branch(OpCodes.Brfalse, SideExit());
    }

    // The source, which from here on is known to be ordinary.
    private void TakeOrdinarySource(Operation operation, LocalBuilder target, bool isDouble)
    {
        Ordinary known = isDouble ? Ordinary.Double : Ordinary.Single;
        TakeScalarSource(operation, target, isDouble);
        bool isRegister = operation.SourceKind == OperandKind.Vector;
        if (isRegister && IsKnown(operation.Source, known)) return;
        RequireOrdinary(target);
        if (isRegister) _ordinary[operation.Source] |= known;
    }

    private void TakeOrdinaryDestination(Operation operation, LocalBuilder target, bool isDouble)
    {
        Ordinary known = isDouble ? Ordinary.Double : Ordinary.Single;
        TakeDestinationScalar(operation, target, isDouble);
        if (IsKnown(operation.Destination, known)) return;
        RequireOrdinary(target);
        _ordinary[operation.Destination] |= known;
    }

    private void CombineScalars(Operation operation, OpCode code, bool isDouble)
    {
        LocalBuilder left = isDouble ? _double : _single;
        LocalBuilder right = isDouble ? _otherDouble : _otherSingle;
        LocalBuilder result = isDouble ? _doubleResult : _singleResult;
        RequireHostArithmetic();
        TakeOrdinarySource(operation, right, isDouble);
        TakeOrdinaryDestination(operation, left, isDouble);
        _il.Load(left);
        _il.Load(right);
        _il.Emit(code);
        _il.Emit(isDouble ? OpCodes.Conv_R8 : OpCodes.Conv_R4);
        _il.Store(result);
        bool isSum = code == OpCodes.Add || code == OpCodes.Sub;
        if (isSum) RequireOrdinary(result);
        else Require(nameof(HostFloats.IsOrdinaryProduct), result, left, code == OpCodes.Mul ? right : left);
        SetDestinationScalar(operation, result, isDouble);
    }

    private void SquareRoot(Operation operation, bool isDouble)
    {
        LocalBuilder value = isDouble ? _double : _single;
        LocalBuilder result = isDouble ? _doubleResult : _singleResult;
        Type type = isDouble ? typeof(double) : typeof(float);
        RequireHostArithmetic();
        TakeOrdinarySource(operation, value, isDouble);
        _il.Load(value);
        _il.Call((isDouble ? typeof(Math) : typeof(MathF)).GetMethod(nameof(Math.Sqrt), [type])!);
        _il.Store(result);
        // Of a negative number it is none.
        RequireOrdinary(result);
        SetDestinationScalar(operation, result, isDouble);
    }

    private void CombinePairs(Operation operation, string name)
    {
        RequireHostArithmetic();
        ReadVectorOperand(operation);
        bool isRegister = operation.SourceKind == OperandKind.Vector;
        LocalBuilder destination = Vector(operation.Destination);
        LocalBuilder source = isRegister ? Vector(operation.Source) : _vectorMemory;
        if (!IsKnown(operation.Destination, Ordinary.Pair)) Require(nameof(HostFloats.AreOrdinary), destination);
        _ordinary[operation.Destination] |= Ordinary.Pair;
        if (!isRegister || !IsKnown(operation.Source, Ordinary.Pair)) Require(nameof(HostFloats.AreOrdinary), source);
        if (isRegister) _ordinary[operation.Source] |= Ordinary.Pair;
        _il.Load(destination);
        _il.Load(source);
        _il.Call(typeof(HostFloats).GetMethod(name, [typeof(Vector128<byte>), typeof(Vector128<byte>)])!);
        _il.Store(_vectorResult);
        bool isSum = name is nameof(HostFloats.Add) or nameof(HostFloats.Subtract);
        Require(isSum ? nameof(HostFloats.AreOrdinary) : nameof(HostFloats.ArePlain), _vectorResult);
        _il.Load(_vectorResult);
        SetVector(operation.Destination, Ordinary.Pair);
    }

    private void CompareScalars(Operation operation, bool isDouble)
    {
        LocalBuilder left = isDouble ? _double : _single;
        LocalBuilder right = isDouble ? _otherDouble : _otherSingle;
        TakeOrdinarySource(operation, right, isDouble);
        TakeOrdinaryDestination(operation, left, isDouble);
        if (!_isNeeded) return;
        _il.Load(_flags);
        _il.Constant(~ProcessorFlags.Arithmetic);
        _il.Emit(OpCodes.And);
        _il.Load(left);
        _il.Load(right);
        _il.Call(typeof(HostFloats).GetMethod(nameof(HostFloats.Order), [left.LocalType, left.LocalType])!);
        _il.Emit(OpCodes.Or);
        _il.Store(_flags);
        _state = FlagState.Stored;
    }

    // Without rounding: where the integer is a double exactly.
    private void ConvertFromInteger(Operation operation)
    {
        ReadMemoryOperand(operation.SourceSize);
        PushSource();
        _il.SignExtend(operation.SourceSize);
        _il.Store(_left);
        if (operation.SourceSize == 8)
        {
            _il.Load(_left);
            _il.Call(CpuMembers.Method(typeof(HostFloats), nameof(HostFloats.IsExact)));
            _il.Branch(OpCodes.Brfalse, SideExit());
        }

        _il.Load(_left);
        _il.Emit(OpCodes.Conv_R8);
        _il.Store(_doubleResult);
        SetDestinationScalar(operation, _doubleResult, isDouble: true);
    }

    private void ConvertToInteger(Operation operation)
    {
        RequireHostArithmetic();
        TakeOrdinarySource(operation, _double, isDouble: true);
        Require(operation.Size == 8 ? nameof(HostFloats.FitsInt64) : nameof(HostFloats.FitsInt32), _double);
        _il.Load(_double);
        _il.Emit(OpCodes.Conv_I8);
        _il.Store(_result);
        WriteDestination(_result);
    }

    private void Widen(Operation operation)
    {
        TakeOrdinarySource(operation, _single, isDouble: false);
        _il.Load(_single);
        _il.Emit(OpCodes.Conv_R8);
        _il.Store(_doubleResult);
        SetDestinationScalar(operation, _doubleResult, isDouble: true);
    }

    // A zero must have been one before.
    private void Narrow(Operation operation)
    {
        RequireHostArithmetic();
        TakeScalarSource(operation, _double, isDouble: true);
        Require(nameof(HostFloats.IsPlain), _double);
        _il.Load(_double);
        _il.Emit(OpCodes.Conv_R4);
        _il.Store(_singleResult);
        Require(nameof(HostFloats.IsPlain), _singleResult);
        SetDestinationScalar(operation, _singleResult, isDouble: false);
    }
}
