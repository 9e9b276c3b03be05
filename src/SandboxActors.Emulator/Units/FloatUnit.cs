using System.Runtime.Intrinsics;
using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>SSE and SSE2 arithmetic and comparison, scalar and packed.</summary>
internal static class FloatUnit
{
    private const uint BeforeComputation = FloatContext.Invalid | FloatContext.Denormal | FloatContext.DivideByZero;

    private delegate ulong Binary(FloatFormat format, ulong left, ulong right, ref FloatContext context);

    private static readonly Binary Minimum = static (format, left, right, ref context) => FloatArithmetic.Choose(format, left, right, greater: false, ref context);
    private static readonly Binary Maximum = static (format, left, right, ref context) => FloatArithmetic.Choose(format, left, right, greater: true, ref context);
    private static readonly Binary Root = static (format, _, right, ref context) => FloatArithmetic.SquareRoot(format, right, ref context);

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        Add<HostOperations.Addition>(handlers, [Mnemonic.Addss, Mnemonic.Addsd], [Mnemonic.Addps, Mnemonic.Addpd], FloatArithmetic.Add);
        Add<HostOperations.Subtraction>(handlers, [Mnemonic.Subss, Mnemonic.Subsd], [Mnemonic.Subps, Mnemonic.Subpd], FloatArithmetic.Subtract);
        Add<HostOperations.Multiplication>(handlers, [Mnemonic.Mulss, Mnemonic.Mulsd], [Mnemonic.Mulps, Mnemonic.Mulpd], FloatArithmetic.Multiply);
        Add<HostOperations.Division>(handlers, [Mnemonic.Divss, Mnemonic.Divsd], [Mnemonic.Divps, Mnemonic.Divpd], FloatArithmetic.Divide);
        Add(handlers, [Mnemonic.Sqrtss, Mnemonic.Sqrtsd], [Mnemonic.Sqrtps, Mnemonic.Sqrtpd], Root);
        handlers[Mnemonic.Sqrtsd] = static (ref cpu, operation) =>
        {
            if (!HostFloatUnit.TrySquareRoot(ref cpu, operation)) Apply(ref cpu, operation, Root, isScalar: true);
        };
        Add(handlers, [Mnemonic.Minss, Mnemonic.Minsd], [Mnemonic.Minps, Mnemonic.Minpd], Minimum);
        Add(handlers, [Mnemonic.Maxss, Mnemonic.Maxsd], [Mnemonic.Maxps, Mnemonic.Maxpd], Maximum);
        handlers[Mnemonic.Cmpss] = static (ref cpu, operation) => CompareScalar(ref cpu, operation);
        handlers[Mnemonic.Cmpps] = static (ref cpu, operation) => Apply(ref cpu, operation, PredicateOf(operation), isScalar: false);
        handlers[Mnemonic.Cmppd] = static (ref cpu, operation) => Apply(ref cpu, operation, PredicateOf(operation), isScalar: false);
        handlers[Mnemonic.Comiss] = static (ref cpu, operation) => SetOrder(ref cpu, operation, signalsQuiet: true);
        handlers[Mnemonic.Comisd] = static (ref cpu, operation) => SetOrder(ref cpu, operation, signalsQuiet: true);
        handlers[Mnemonic.Ucomiss] = static (ref cpu, operation) => SetOrder(ref cpu, operation, signalsQuiet: false);
        handlers[Mnemonic.Ucomisd] = static (ref cpu, operation) => SetOrder(ref cpu, operation, signalsQuiet: false);
    }

    /// <summary>CMPSS and CMPSD.</summary>
    public static void CompareScalar(ref Cpu cpu, Operation operation) => Apply(ref cpu, operation, PredicateOf(operation), isScalar: true);

    /// <summary>Notes in MXCSR what an instruction raised, on all its elements together.</summary>
    /// <exception cref="ProcessorTrapException">#XM: something of it is not masked. The destination must not have been written.</exception>
    public static void Report(ref Cpu cpu, in FloatContext context)
    {
        uint unmasked = context.Unmasked;
        // What is found before the computation keeps it, and what it would have raised, from happening.
        cpu.State.Mxcsr |= (unmasked & BeforeComputation) != 0 ? context.Raised & BeforeComputation : context.Raised;
        if (unmasked != 0) throw ProcessorTrapException.Fault(CpuException.SimdFloatingPointError);
    }

    private static void Add(Dictionary<Mnemonic, Handler> handlers, Mnemonic[] scalars, Mnemonic[] packed, Binary binary)
    {
        foreach (Mnemonic mnemonic in scalars) handlers[mnemonic] = (ref cpu, operation) => Apply(ref cpu, operation, binary, isScalar: true);
        foreach (Mnemonic mnemonic in packed) handlers[mnemonic] = (ref cpu, operation) => Apply(ref cpu, operation, binary, isScalar: false);
    }

    private static void Add<T>(Dictionary<Mnemonic, Handler> handlers, Mnemonic[] scalars, Mnemonic[] packed, Binary binary)
        where T : struct, IHostOperation
    {
        foreach (Mnemonic mnemonic in scalars)
        {
            handlers[mnemonic] = (ref cpu, operation) =>
            {
                if (!HostFloatUnit.TryScalar<T>(ref cpu, operation)) Apply(ref cpu, operation, binary, isScalar: true);
            };
        }

        foreach (Mnemonic mnemonic in packed)
        {
            handlers[mnemonic] = (ref cpu, operation) =>
            {
                if (!HostFloatUnit.TryPacked<T>(ref cpu, operation)) Apply(ref cpu, operation, binary, isScalar: false);
            };
        }
    }

    private static void Apply(ref Cpu cpu, Operation operation, Binary binary, bool isScalar)
    {
        Vector128<byte> source = cpu.ReadVectorSource(operation);
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        var context = new FloatContext(cpu.State.Mxcsr);
        Vector128<byte> result = operation.IsSingle
            ? ApplyToSingles(binary, destination.AsUInt32(), source.AsUInt32(), isScalar ? 1 : 4, ref context).AsByte()
            : ApplyToDoubles(binary, destination.AsUInt64(), source.AsUInt64(), isScalar ? 1 : 2, ref context).AsByte();
        Report(ref cpu, context);
        destination = result;
    }

    private static Vector128<uint> ApplyToSingles(Binary binary, Vector128<uint> left, Vector128<uint> right, int count, ref FloatContext context)
    {
        Vector128<uint> result = left;
        for (int i = 0; i < count; i++) result = result.WithElement(i, (uint)binary(FloatFormat.Single, left.GetElement(i), right.GetElement(i), ref context));
        return result;
    }

    private static Vector128<ulong> ApplyToDoubles(Binary binary, Vector128<ulong> left, Vector128<ulong> right, int count, ref FloatContext context)
    {
        Vector128<ulong> result = left;
        for (int i = 0; i < count; i++) result = result.WithElement(i, binary(FloatFormat.Double, left.GetElement(i), right.GetElement(i), ref context));
        return result;
    }

    private static Binary PredicateOf(Operation operation) => FloatPredicates[operation.Immediate & 7];

    private static readonly Binary[] FloatPredicates = [.. Enumerable.Range(0, 8).Select(PredicateNumber)];

    // Equal, less, less or equal, unordered; and the four that are not.
    private static Binary PredicateNumber(int number) => (format, left, right, ref context) =>
    {
        bool holds;
        if (format.IsNaN(left) || format.IsNaN(right))
        {
            bool signalsQuiet = (number & 3) is 1 or 2;
            if (signalsQuiet || format.IsSignaling(left) || format.IsSignaling(right)) context.Raised |= FloatContext.Invalid;
            holds = (number & 3) == 3;
        }
        else
        {
            int order = FloatArithmetic.Order(
                format, FloatArithmetic.Operand(format, left, ref context), FloatArithmetic.Operand(format, right, ref context));
            holds = (number & 3) switch { 0 => order == 0, 1 => order < 0, 2 => order <= 0, _ => false };
        }

        return holds != ((number & 4) != 0) ? ulong.MaxValue : 0;
    };

    private static void SetOrder(ref Cpu cpu, Operation operation, bool signalsQuiet)
    {
        FloatFormat format = operation.IsSingle ? FloatFormat.Single : FloatFormat.Double;
        ulong mask = operation.IsSingle ? uint.MaxValue : ulong.MaxValue;
        ulong right = cpu.ReadVectorSource(operation).AsUInt64().GetElement(0) & mask;
        ulong left = cpu.State.Vector[operation.Destination].AsUInt64().GetElement(0) & mask;
        var context = new FloatContext(cpu.State.Mxcsr);
        ulong flags;
        if (format.IsNaN(left) || format.IsNaN(right))
        {
            if (signalsQuiet || format.IsSignaling(left) || format.IsSignaling(right)) context.Raised |= FloatContext.Invalid;
            flags = ProcessorFlags.Zero | ProcessorFlags.Parity | ProcessorFlags.Carry;
        }
        else
        {
            int order = FloatArithmetic.Order(
                format, FloatArithmetic.Operand(format, left, ref context), FloatArithmetic.Operand(format, right, ref context));
            flags = order == 0 ? ProcessorFlags.Zero : order < 0 ? ProcessorFlags.Carry : 0;
        }

        Report(ref cpu, context);
        cpu.SetFlags(ProcessorFlags.Arithmetic, flags);
    }
}
