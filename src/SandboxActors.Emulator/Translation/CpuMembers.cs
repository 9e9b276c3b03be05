using System.Reflection;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>The members of <see cref="Cpu"/> and its helpers that translated code uses.</summary>
internal static class CpuMembers
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    public static readonly FieldInfo State = Field(typeof(Cpu), nameof(Cpu.State));
    public static readonly FieldInfo Budget = Field(typeof(Cpu), nameof(Cpu.Budget));
    public static readonly FieldInfo Current = Field(typeof(Cpu), nameof(Cpu.Current));
    public static readonly FieldInfo MustInterpret = Field(typeof(Cpu), nameof(Cpu.MustInterpret));
    public static readonly FieldInfo Found = Field(typeof(Cpu), nameof(Cpu.Found));
    public static readonly FieldInfo Rip = Field(typeof(ProcessorState), nameof(ProcessorState.Rip));
    public static readonly FieldInfo Flags = Field(typeof(ProcessorState), nameof(ProcessorState.Flags));
    public static readonly FieldInfo FsBase = Field(typeof(ProcessorState), nameof(ProcessorState.FsBase));
    public static readonly FieldInfo GsBase = Field(typeof(ProcessorState), nameof(ProcessorState.GsBase));
    public static readonly FieldInfo General = Field(typeof(ProcessorState), nameof(ProcessorState.General));
    public static readonly FieldInfo Vector = Field(typeof(ProcessorState), nameof(ProcessorState.Vector));
    public static readonly FieldInfo Mxcsr = Field(typeof(ProcessorState), nameof(ProcessorState.Mxcsr));
    public static readonly FieldInfo Window = Field(typeof(Cpu), nameof(Cpu.Window));
    public static readonly FieldInfo WindowStart = Field(typeof(Cpu), nameof(Cpu.WindowStart));
    public static readonly FieldInfo WindowPermissions = Field(typeof(Cpu), nameof(Cpu.WindowPermissions));
    public static readonly MethodInfo WindowItem = typeof(Span<byte>).GetProperty("Item")!.GetMethod!;
    public static readonly MethodInfo FoundLow = typeof(Cpu).GetProperty(nameof(Cpu.FoundLow), All)!.GetMethod!;
    public static readonly MethodInfo IsCanonical = Method(typeof(Cpu), nameof(Cpu.IsCanonical));
    public static readonly MethodInfo ComputeFlags = Method(typeof(LazyFlags), nameof(LazyFlags.Compute));
    public static readonly MethodInfo Execute = typeof(Operation).GetProperty(nameof(Operation.Execute), All)!.GetMethod!;
    public static readonly MethodInfo Invoke = Method(typeof(Handler), nameof(Handler.Invoke));

    public static MethodInfo TryReadSlowly(int size) => Generic(nameof(Cpu.TryReadSlowly), size);

    public static MethodInfo TryWriteSlowly(int size) => Generic(nameof(Cpu.TryWriteSlowly), size);

    /// <summary>A method by its name.</summary>
    public static MethodInfo Method(Type type, string name) =>
        type.GetMethods(All).Single(method => method.Name == name);

    private static MethodInfo Generic(string name, int size) => Method(typeof(Cpu), name).MakeGenericMethod(size switch
    {
        1 => typeof(byte),
        2 => typeof(ushort),
        4 => typeof(uint),
        8 => typeof(ulong),
        _ => typeof(Vector128<byte>),
    });

    private static FieldInfo Field(Type type, string name) => type.GetField(name, All)!;
}
