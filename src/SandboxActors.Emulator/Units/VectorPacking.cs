using System.Runtime.Intrinsics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Interleaving two vectors, and packing two into one with half the width.</summary>
internal static class VectorPacking
{
    public static void Register(Action<Mnemonic, Func<Vector128<byte>, Vector128<byte>, Vector128<byte>>> add)
    {
        add(Mnemonic.Packsswb, static (a, b) => Vector128.NarrowWithSaturation(a.AsInt16(), b.AsInt16()).AsByte());
        add(Mnemonic.Packssdw, static (a, b) => Vector128.NarrowWithSaturation(a.AsInt32(), b.AsInt32()).AsByte());
        add(Mnemonic.Packuswb, static (a, b) => Vector128.Narrow(Clamp(a).AsUInt16(), Clamp(b).AsUInt16()));
        add(Mnemonic.Punpcklbw, static (a, b) => InterleaveBytes(a, b, from: 0));
        add(Mnemonic.Punpckhbw, static (a, b) => InterleaveBytes(a, b, from: 8));
        add(Mnemonic.Punpcklwd, static (a, b) => InterleaveWords(a.AsUInt16(), b.AsUInt16(), from: 0));
        add(Mnemonic.Punpckhwd, static (a, b) => InterleaveWords(a.AsUInt16(), b.AsUInt16(), from: 4));
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Punpckldq, Mnemonic.Unpcklps })
            add(mnemonic, static (a, b) => InterleaveDoublewords(a.AsUInt32(), b.AsUInt32(), from: 0));
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Punpckhdq, Mnemonic.Unpckhps })
            add(mnemonic, static (a, b) => InterleaveDoublewords(a.AsUInt32(), b.AsUInt32(), from: 2));
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Punpcklqdq, Mnemonic.Unpcklpd })
            add(mnemonic, static (a, b) => Vector128.Create(a.AsUInt64().GetElement(0), b.AsUInt64().GetElement(0)).AsByte());
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Punpckhqdq, Mnemonic.Unpckhpd })
            add(mnemonic, static (a, b) => Vector128.Create(a.AsUInt64().GetElement(1), b.AsUInt64().GetElement(1)).AsByte());
    }

    private static Vector128<short> Clamp(Vector128<byte> words) =>
        Vector128.Min(Vector128.Max(words.AsInt16(), Vector128<short>.Zero), Vector128.Create((short)byte.MaxValue));

    private static Vector128<byte> InterleaveBytes(Vector128<byte> left, Vector128<byte> right, int from)
    {
        Span<byte> result = stackalloc byte[16];
        for (int i = 0; i < 8; i++)
        {
            result[2 * i] = left.GetElement(from + i);
            result[(2 * i) + 1] = right.GetElement(from + i);
        }

        return Vector128.Create<byte>(result);
    }

    private static Vector128<byte> InterleaveWords(Vector128<ushort> left, Vector128<ushort> right, int from)
    {
        Span<ushort> result = stackalloc ushort[8];
        for (int i = 0; i < 4; i++)
        {
            result[2 * i] = left.GetElement(from + i);
            result[(2 * i) + 1] = right.GetElement(from + i);
        }

        return Vector128.Create<ushort>(result).AsByte();
    }

    private static Vector128<byte> InterleaveDoublewords(Vector128<uint> left, Vector128<uint> right, int from) =>
        Vector128.Create(left.GetElement(from), right.GetElement(from), left.GetElement(from + 1), right.GetElement(from + 1)).AsByte();
}
