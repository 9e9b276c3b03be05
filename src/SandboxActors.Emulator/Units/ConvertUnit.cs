using System.Runtime.Intrinsics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Conversions between integers and the two floating point formats.</summary>
internal static class ConvertUnit
{
    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Cvtsi2ss] = static (ref cpu, operation) => FromInteger(ref cpu, operation, FloatFormat.Single);
        handlers[Mnemonic.Cvtsi2sd] = static (ref cpu, operation) => FromInteger(ref cpu, operation, FloatFormat.Double);
        handlers[Mnemonic.Cvtss2si] = static (ref cpu, operation) => ToInteger(ref cpu, operation, FloatFormat.Single, truncates: false);
        handlers[Mnemonic.Cvttss2si] = static (ref cpu, operation) => ToInteger(ref cpu, operation, FloatFormat.Single, truncates: true);
        handlers[Mnemonic.Cvtsd2si] = static (ref cpu, operation) => ToInteger(ref cpu, operation, FloatFormat.Double, truncates: false);
        handlers[Mnemonic.Cvttsd2si] = static (ref cpu, operation) => ToInteger(ref cpu, operation, FloatFormat.Double, truncates: true);
        handlers[Mnemonic.Cvtss2sd] = static (ref cpu, operation) => BetweenScalars(ref cpu, operation, toDouble: true);
        handlers[Mnemonic.Cvtsd2ss] = static (ref cpu, operation) => BetweenScalars(ref cpu, operation, toDouble: false);
        handlers[Mnemonic.Cvtps2pd] = static (ref cpu, operation) => SinglesToDoubles(ref cpu, operation);
        handlers[Mnemonic.Cvtpd2ps] = static (ref cpu, operation) => DoublesToSingles(ref cpu, operation);
        handlers[Mnemonic.Cvtdq2ps] = static (ref cpu, operation) => IntegersToSingles(ref cpu, operation);
        handlers[Mnemonic.Cvtdq2pd] = static (ref cpu, operation) => IntegersToDoubles(ref cpu, operation);
        handlers[Mnemonic.Cvtps2dq] = static (ref cpu, operation) => SinglesToIntegers(ref cpu, operation, truncates: false);
        handlers[Mnemonic.Cvttps2dq] = static (ref cpu, operation) => SinglesToIntegers(ref cpu, operation, truncates: true);
        handlers[Mnemonic.Cvtpd2dq] = static (ref cpu, operation) => DoublesToIntegers(ref cpu, operation, truncates: false);
        handlers[Mnemonic.Cvttpd2dq] = static (ref cpu, operation) => DoublesToIntegers(ref cpu, operation, truncates: true);
    }

    private static void FromInteger(ref Cpu cpu, Operation operation, FloatFormat format)
    {
        long value = Cpu.SignExtend(cpu.ReadSource(operation), operation.SourceSize);
        var context = new FloatContext(cpu.State.Mxcsr);
        SetLow(ref cpu, operation, format, FloatConversion.FromInteger(format, value, ref context), context);
    }

    private static void ToInteger(ref Cpu cpu, Operation operation, FloatFormat format, bool truncates)
    {
        ulong source = Low(cpu.ReadVectorSource(operation), format);
        var context = new FloatContext(cpu.State.Mxcsr);
        ulong result = FloatConversion.ToInteger(format, source, operation.Size * 8, truncates, ref context);
        FloatUnit.Report(ref cpu, context);
        cpu.WriteRegister(operation.Destination, operation.Size, result);
    }

    private static void BetweenScalars(ref Cpu cpu, Operation operation, bool toDouble)
    {
        FloatFormat from = toDouble ? FloatFormat.Single : FloatFormat.Double;
        FloatFormat to = toDouble ? FloatFormat.Double : FloatFormat.Single;
        ulong source = Low(cpu.ReadVectorSource(operation), from);
        var context = new FloatContext(cpu.State.Mxcsr);
        SetLow(ref cpu, operation, to, FloatConversion.Convert(from, to, source, ref context), context);
    }

    private static void SinglesToDoubles(ref Cpu cpu, Operation operation)
    {
        Vector128<uint> source = cpu.ReadVectorSource(operation).AsUInt32();
        var context = new FloatContext(cpu.State.Mxcsr);
        ulong low = FloatConversion.Convert(FloatFormat.Single, FloatFormat.Double, source.GetElement(0), ref context);
        ulong high = FloatConversion.Convert(FloatFormat.Single, FloatFormat.Double, source.GetElement(1), ref context);
        Set(ref cpu, operation, Vector128.Create(low, high).AsByte(), context);
    }

    private static void DoublesToSingles(ref Cpu cpu, Operation operation)
    {
        Vector128<ulong> source = cpu.ReadVectorSource(operation).AsUInt64();
        var context = new FloatContext(cpu.State.Mxcsr);
        var low = (uint)FloatConversion.Convert(FloatFormat.Double, FloatFormat.Single, source.GetElement(0), ref context);
        var high = (uint)FloatConversion.Convert(FloatFormat.Double, FloatFormat.Single, source.GetElement(1), ref context);
        Set(ref cpu, operation, Vector128.Create(low, high, 0u, 0u).AsByte(), context);
    }

    private static void IntegersToSingles(ref Cpu cpu, Operation operation)
    {
        Vector128<int> source = cpu.ReadVectorSource(operation).AsInt32();
        var context = new FloatContext(cpu.State.Mxcsr);
        Vector128<uint> result = default;
        for (int i = 0; i < 4; i++) result = result.WithElement(i, (uint)FloatConversion.FromInteger(FloatFormat.Single, source.GetElement(i), ref context));
        Set(ref cpu, operation, result.AsByte(), context);
    }

    private static void IntegersToDoubles(ref Cpu cpu, Operation operation)
    {
        Vector128<int> source = cpu.ReadVectorSource(operation).AsInt32();
        var context = new FloatContext(cpu.State.Mxcsr);
        ulong low = FloatConversion.FromInteger(FloatFormat.Double, source.GetElement(0), ref context);
        ulong high = FloatConversion.FromInteger(FloatFormat.Double, source.GetElement(1), ref context);
        Set(ref cpu, operation, Vector128.Create(low, high).AsByte(), context);
    }

    private static void SinglesToIntegers(ref Cpu cpu, Operation operation, bool truncates)
    {
        Vector128<uint> source = cpu.ReadVectorSource(operation).AsUInt32();
        var context = new FloatContext(cpu.State.Mxcsr);
        Vector128<uint> result = default;
        for (int i = 0; i < 4; i++)
            result = result.WithElement(i, (uint)FloatConversion.ToInteger(FloatFormat.Single, source.GetElement(i), 32, truncates, ref context));
        Set(ref cpu, operation, result.AsByte(), context);
    }

    private static void DoublesToIntegers(ref Cpu cpu, Operation operation, bool truncates)
    {
        Vector128<ulong> source = cpu.ReadVectorSource(operation).AsUInt64();
        var context = new FloatContext(cpu.State.Mxcsr);
        var low = (uint)FloatConversion.ToInteger(FloatFormat.Double, source.GetElement(0), 32, truncates, ref context);
        var high = (uint)FloatConversion.ToInteger(FloatFormat.Double, source.GetElement(1), 32, truncates, ref context);
        Set(ref cpu, operation, Vector128.Create(low, high, 0u, 0u).AsByte(), context);
    }

    private static ulong Low(Vector128<byte> vector, FloatFormat format) =>
        format == FloatFormat.Single ? vector.AsUInt32().GetElement(0) : vector.AsUInt64().GetElement(0);

    private static void Set(ref Cpu cpu, Operation operation, Vector128<byte> value, in FloatContext context)
    {
        FloatUnit.Report(ref cpu, context);
        cpu.State.Vector[operation.Destination] = value;
    }

    private static void SetLow(ref Cpu cpu, Operation operation, FloatFormat format, ulong value, in FloatContext context)
    {
        FloatUnit.Report(ref cpu, context);
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        destination = format == FloatFormat.Single
            ? destination.AsUInt32().WithElement(0, (uint)value).AsByte()
            : destination.AsUInt64().WithElement(0, value).AsByte();
    }
}
