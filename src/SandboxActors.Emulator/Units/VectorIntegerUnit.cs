using System.Runtime.Intrinsics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Packed integers: arithmetic, comparison, bitwise operations.</summary>
internal static class VectorIntegerUnit
{
    private delegate Vector128<byte> Combine(Vector128<byte> left, Vector128<byte> right);

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        Add(handlers, Mnemonic.Paddb, static (a, b) => a + b);
        Add(handlers, Mnemonic.Paddw, static (a, b) => (a.AsInt16() + b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Paddd, static (a, b) => (a.AsInt32() + b.AsInt32()).AsByte());
        Add(handlers, Mnemonic.Paddq, static (a, b) => (a.AsInt64() + b.AsInt64()).AsByte());
        Add(handlers, Mnemonic.Psubb, static (a, b) => a - b);
        Add(handlers, Mnemonic.Psubw, static (a, b) => (a.AsInt16() - b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Psubd, static (a, b) => (a.AsInt32() - b.AsInt32()).AsByte());
        Add(handlers, Mnemonic.Psubq, static (a, b) => (a.AsInt64() - b.AsInt64()).AsByte());
        Add(handlers, Mnemonic.Paddsb, static (a, b) => Vector128.AddSaturate(a.AsSByte(), b.AsSByte()).AsByte());
        Add(handlers, Mnemonic.Paddsw, static (a, b) => Vector128.AddSaturate(a.AsInt16(), b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Paddusb, static (a, b) => Vector128.AddSaturate(a, b));
        Add(handlers, Mnemonic.Paddusw, static (a, b) => Vector128.AddSaturate(a.AsUInt16(), b.AsUInt16()).AsByte());
        Add(handlers, Mnemonic.Psubsb, static (a, b) => Vector128.SubtractSaturate(a.AsSByte(), b.AsSByte()).AsByte());
        Add(handlers, Mnemonic.Psubsw, static (a, b) => Vector128.SubtractSaturate(a.AsInt16(), b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Psubusb, static (a, b) => Vector128.SubtractSaturate(a, b));
        Add(handlers, Mnemonic.Psubusw, static (a, b) => Vector128.SubtractSaturate(a.AsUInt16(), b.AsUInt16()).AsByte());
        Add(handlers, Mnemonic.Pmullw, static (a, b) => (a.AsInt16() * b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Pmulhw, static (a, b) => MultiplyHigh(a, b));
        Add(handlers, Mnemonic.Pmulhuw, static (a, b) => MultiplyHighUnsigned(a, b));
        Add(handlers, Mnemonic.Pmuludq, static (a, b) => ((a.AsUInt64() & Low32) * (b.AsUInt64() & Low32)).AsByte());
        Add(handlers, Mnemonic.Pmaddwd, static (a, b) => MultiplyAndAdd(a, b));
        Add(handlers, Mnemonic.Psadbw, static (a, b) => SumOfDifferences(a, b));
        Add(handlers, Mnemonic.Pavgb, static (a, b) => AverageBytes(a, b));
        Add(handlers, Mnemonic.Pavgw, static (a, b) => AverageWords(a, b));
        Add(handlers, Mnemonic.Pminub, static (a, b) => Vector128.Min(a, b));
        Add(handlers, Mnemonic.Pmaxub, static (a, b) => Vector128.Max(a, b));
        Add(handlers, Mnemonic.Pminsw, static (a, b) => Vector128.Min(a.AsInt16(), b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Pmaxsw, static (a, b) => Vector128.Max(a.AsInt16(), b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Pcmpeqb, static (a, b) => Vector128.Equals(a, b));
        Add(handlers, Mnemonic.Pcmpeqw, static (a, b) => Vector128.Equals(a.AsInt16(), b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Pcmpeqd, static (a, b) => Vector128.Equals(a.AsInt32(), b.AsInt32()).AsByte());
        Add(handlers, Mnemonic.Pcmpgtb, static (a, b) => Vector128.GreaterThan(a.AsSByte(), b.AsSByte()).AsByte());
        Add(handlers, Mnemonic.Pcmpgtw, static (a, b) => Vector128.GreaterThan(a.AsInt16(), b.AsInt16()).AsByte());
        Add(handlers, Mnemonic.Pcmpgtd, static (a, b) => Vector128.GreaterThan(a.AsInt32(), b.AsInt32()).AsByte());
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Pand, Mnemonic.Andps, Mnemonic.Andpd }) Add(handlers, mnemonic, static (a, b) => a & b);
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Pandn, Mnemonic.Andnps, Mnemonic.Andnpd }) Add(handlers, mnemonic, static (a, b) => ~a & b);
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Por, Mnemonic.Orps, Mnemonic.Orpd }) Add(handlers, mnemonic, static (a, b) => a | b);
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Pxor, Mnemonic.Xorps, Mnemonic.Xorpd }) Add(handlers, mnemonic, static (a, b) => a ^ b);
        VectorPacking.Register((mnemonic, combine) => Add(handlers, mnemonic, (a, b) => combine(a, b)));
    }

    private static Vector128<ulong> Low32 => Vector128.Create((ulong)uint.MaxValue);

    private static void Add(Dictionary<Mnemonic, Handler> handlers, Mnemonic mnemonic, Combine combine) =>
        handlers[mnemonic] = (ref cpu, operation) =>
        {
            Vector128<byte> source = cpu.ReadVectorSource(operation);
            ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
            destination = combine(destination, source);
        };

    private static Vector128<byte> MultiplyHigh(Vector128<byte> left, Vector128<byte> right)
    {
        (Vector128<int> leftLow, Vector128<int> leftHigh) = Vector128.Widen(left.AsInt16());
        (Vector128<int> rightLow, Vector128<int> rightHigh) = Vector128.Widen(right.AsInt16());
        return Vector128.Narrow((leftLow * rightLow) >> 16, (leftHigh * rightHigh) >> 16).AsByte();
    }

    private static Vector128<byte> MultiplyHighUnsigned(Vector128<byte> left, Vector128<byte> right)
    {
        (Vector128<uint> leftLow, Vector128<uint> leftHigh) = Vector128.Widen(left.AsUInt16());
        (Vector128<uint> rightLow, Vector128<uint> rightHigh) = Vector128.Widen(right.AsUInt16());
        return Vector128.Narrow((leftLow * rightLow) >> 16, (leftHigh * rightHigh) >> 16).AsByte();
    }

    private static Vector128<byte> MultiplyAndAdd(Vector128<byte> left, Vector128<byte> right)
    {
        Vector128<int> leftOdd = left.AsInt32() >> 16;
        Vector128<int> rightOdd = right.AsInt32() >> 16;
        Vector128<int> leftEven = (left.AsInt32() << 16) >> 16;
        Vector128<int> rightEven = (right.AsInt32() << 16) >> 16;
        return ((leftEven * rightEven) + (leftOdd * rightOdd)).AsByte();
    }

    private static Vector128<byte> SumOfDifferences(Vector128<byte> left, Vector128<byte> right)
    {
        Vector128<byte> differences = Vector128.Max(left, right) - Vector128.Min(left, right);
        ulong low = 0, high = 0;
        for (int i = 0; i < 8; i++)
        {
            low += differences.GetElement(i);
            high += differences.GetElement(i + 8);
        }

        return Vector128.Create(low, high).AsByte();
    }

    private static Vector128<byte> AverageBytes(Vector128<byte> left, Vector128<byte> right)
    {
        (Vector128<ushort> leftLow, Vector128<ushort> leftHigh) = Vector128.Widen(left);
        (Vector128<ushort> rightLow, Vector128<ushort> rightHigh) = Vector128.Widen(right);
        return Vector128.Narrow((leftLow + rightLow + Vector128<ushort>.One) >> 1, (leftHigh + rightHigh + Vector128<ushort>.One) >> 1);
    }

    private static Vector128<byte> AverageWords(Vector128<byte> left, Vector128<byte> right)
    {
        (Vector128<uint> leftLow, Vector128<uint> leftHigh) = Vector128.Widen(left.AsUInt16());
        (Vector128<uint> rightLow, Vector128<uint> rightHigh) = Vector128.Widen(right.AsUInt16());
        return Vector128.Narrow((leftLow + rightLow + Vector128<uint>.One) >> 1, (leftHigh + rightHigh + Vector128<uint>.One) >> 1).AsByte();
    }
}
