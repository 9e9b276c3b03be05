using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>Writes the IL of one translated method: an argument for the operations it may hand to their handlers, the processor, the entry.</summary>
internal sealed class IlWriter
{
    private readonly DynamicMethod _method;
    private readonly ILGenerator _il;

    public IlWriter(string name)
    {
        // Bound to the module for its internal types.
        _method = new DynamicMethod(
            name, typeof(void), [typeof(Operation[]), typeof(Cpu).MakeByRefType(), typeof(int)], typeof(IlWriter).Module, skipVisibility: true);
        _il = _method.GetILGenerator();
    }

    /// <summary>Finishes the method.</summary>
    public RegionBody Finish(Operation[] operations) => _method.CreateDelegate<RegionBody>(operations);

    public Label DefineLabel() => _il.DefineLabel();

    public void Mark(Label label) => _il.MarkLabel(label);

    public LocalBuilder Local(Type type) => _il.DeclareLocal(type);

    public void Emit(OpCode code) => _il.Emit(code);

    public void Branch(OpCode code, Label label) => _il.Emit(code, label);

    public void Switch(Label[] labels) => _il.Emit(OpCodes.Switch, labels);

    public void Operations() => _il.Emit(OpCodes.Ldarg_0);

    public void Cpu() => _il.Emit(OpCodes.Ldarg_1);

    public void Entry() => _il.Emit(OpCodes.Ldarg_2);

    public void Load(LocalBuilder local) => _il.Emit(OpCodes.Ldloc, local);

    public void Store(LocalBuilder local) => _il.Emit(OpCodes.Stloc, local);

    public void Constant(int value) => _il.Emit(OpCodes.Ldc_I4, value);

    public void Constant(ulong value) => _il.Emit(OpCodes.Ldc_I8, (long)value);

    public void Call(MethodInfo method) => _il.Emit(OpCodes.Call, method);

    public void CallVirtual(MethodInfo method) => _il.Emit(OpCodes.Callvirt, method);

    public void LoadField(FieldInfo field) => _il.Emit(OpCodes.Ldfld, field);

    public void StoreField(FieldInfo field) => _il.Emit(OpCodes.Stfld, field);

    public void LoadElement(Type type) => _il.Emit(OpCodes.Ldelem, type);

    public void LoadFieldAddress(FieldInfo field) => _il.Emit(OpCodes.Ldflda, field);

    public void StoreElement(Type type) => _il.Emit(OpCodes.Stelem, type);

    /// <summary>Loads a number of some bytes, not aligned, from the reference on the stack; below 8 bytes it is zero-extended.</summary>
    public void LoadIndirect(int size)
    {
        if (size > 1) _il.Emit(OpCodes.Unaligned, (byte)1);
        switch (size)
        {
            case 1:
                _il.Emit(OpCodes.Ldind_U1);
                break;
            case 2:
                _il.Emit(OpCodes.Ldind_U2);
                break;
            case 4:
                _il.Emit(OpCodes.Ldind_U4);
                break;
            case 8:
                _il.Emit(OpCodes.Ldind_I8);
                return;
            default:
                _il.Emit(OpCodes.Ldobj, typeof(Vector128<byte>));
                return;
        }

        _il.Emit(OpCodes.Conv_U8);
    }

    /// <summary>Stores a number of some bytes, not aligned, at the reference on the stack.</summary>
    public void StoreIndirect(int size)
    {
        if (size > 1) _il.Emit(OpCodes.Unaligned, (byte)1);
        if (size > 8) _il.Emit(OpCodes.Stobj, typeof(Vector128<byte>));
        else _il.Emit(size switch { 1 => OpCodes.Stind_I1, 2 => OpCodes.Stind_I2, 4 => OpCodes.Stind_I4, _ => OpCodes.Stind_I8 });
    }

    /// <summary>Cuts the number on the stack to its low bytes and zero-extends it to 64 bits.</summary>
    public void ZeroExtend(int size)
    {
        if (size == 8) return;
        _il.Emit(size switch { 4 => OpCodes.Conv_U4, 2 => OpCodes.Conv_U2, _ => OpCodes.Conv_U1 });
        _il.Emit(OpCodes.Conv_U8);
    }

    /// <summary>Cuts the number on the stack to its low bytes and extends its sign to 64 bits.</summary>
    public void SignExtend(int size)
    {
        if (size == 8) return;
        _il.Emit(size switch { 4 => OpCodes.Conv_I4, 2 => OpCodes.Conv_I2, _ => OpCodes.Conv_I1 });
        _il.Emit(OpCodes.Conv_I8);
    }
}
