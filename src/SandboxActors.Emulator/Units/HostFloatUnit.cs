using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>Floating point arithmetic by the host's, where it is the guest's: on ordinary numbers (<see cref="HostFloats"/>).</summary>
internal static class HostFloatUnit
{
    /// <summary>Carries an instruction out, if the host can.</summary>
    /// <returns>False if nothing has happened.</returns>
    public static bool TryScalar<T>(ref Cpu cpu, Operation operation)
        where T : struct, IHostOperation
    {
        if (!new FloatContext(cpu.State.Mxcsr).AllowsHostArithmetic) return false;
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        if (operation.IsSingle)
        {
            float singleSource = operation.SourceKind == OperandKind.Vector
                ? cpu.State.Vector[operation.Source].AsSingle().ToScalar()
                : cpu.Read<float>(cpu.AddressOf(operation));
            float single = destination.AsSingle().ToScalar();
            float singleResult = T.Apply(single, singleSource);
            if (!HostFloats.IsOrdinary(single) || !HostFloats.IsOrdinary(singleSource)) return false;
            if (!HostFloats.IsPlain(singleResult) && !(T.HasExactZeros && singleResult == 0)) return false;
            destination = destination.AsSingle().WithElement(0, singleResult).AsByte();
            return true;
        }

        double source = operation.SourceKind == OperandKind.Vector
            ? cpu.State.Vector[operation.Source].AsDouble().ToScalar()
            : cpu.Read<double>(cpu.AddressOf(operation));
        double value = destination.AsDouble().ToScalar();
        double result = T.Apply(value, source);
        if (!HostFloats.IsOrdinary(value) || !HostFloats.IsOrdinary(source)) return false;
        if (!HostFloats.IsPlain(result) && !(T.HasExactZeros && result == 0)) return false;
        destination = destination.AsDouble().WithElement(0, result).AsByte();
        return true;
    }

    /// <summary>Carries an instruction on all elements out, if the host can.</summary>
    /// <returns>False if nothing has happened.</returns>
    public static bool TryPacked<T>(ref Cpu cpu, Operation operation)
        where T : struct, IHostOperation
    {
        if (!new FloatContext(cpu.State.Mxcsr).AllowsHostArithmetic) return false;
        Vector128<byte> source = cpu.ReadVectorSource(operation);
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        if (operation.IsSingle)
        {
            Vector128<float> singles = T.Apply(destination.AsSingle(), source.AsSingle());
            if (!HostFloats.AreOrdinary(destination.AsSingle()) || !HostFloats.AreOrdinary(source.AsSingle())) return false;
            if (!(T.HasExactZeros ? HostFloats.AreOrdinary(singles) : HostFloats.ArePlain(singles))) return false;
            destination = singles.AsByte();
            return true;
        }

        Vector128<double> doubles = T.Apply(destination.AsDouble(), source.AsDouble());
        if (!HostFloats.AreOrdinary(destination) || !HostFloats.AreOrdinary(source)) return false;
        if (!(T.HasExactZeros ? HostFloats.AreOrdinary(doubles.AsByte()) : HostFloats.ArePlain(doubles.AsByte()))) return false;
        destination = doubles.AsByte();
        return true;
    }

    /// <summary>A scalar square root, if the host can.</summary>
    /// <returns>False if nothing has happened.</returns>
    public static bool TrySquareRoot(ref Cpu cpu, Operation operation)
    {
        if (operation.IsSingle || !new FloatContext(cpu.State.Mxcsr).AllowsHostArithmetic) return false;
        double value = operation.SourceKind == OperandKind.Vector
            ? cpu.State.Vector[operation.Source].AsDouble().ToScalar()
            : cpu.Read<double>(cpu.AddressOf(operation));
        if (!HostFloats.IsPlain(value) || value < 0) return false;
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        destination = destination.AsDouble().WithElement(0, Math.Sqrt(value)).AsByte();
        return true;
    }
}
