using Iced.Intel;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Integer arithmetic on XMM registers.</content>
internal sealed partial class RegionTranslator
{
    private static void AddVectorIntegers(Dictionary<Mnemonic, Translator> table)
    {
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Pand, Mnemonic.Pandn, Mnemonic.Por, Mnemonic.Pxor, Mnemonic.Paddb, Mnemonic.Paddw, Mnemonic.Paddd, Mnemonic.Paddq,
            Mnemonic.Psubb, Mnemonic.Psubw, Mnemonic.Psubd, Mnemonic.Psubq, Mnemonic.Pmullw, Mnemonic.Pmuludq, Mnemonic.Pminub, Mnemonic.Pmaxub,
            Mnemonic.Pcmpeqb, Mnemonic.Pcmpeqw, Mnemonic.Pcmpeqd, Mnemonic.Pcmpgtb, Mnemonic.Pcmpgtw, Mnemonic.Pcmpgtd,
            Mnemonic.Punpcklqdq, Mnemonic.Punpckhqdq, Mnemonic.Punpckldq,
        })
            AddPair(table, mnemonic, mnemonic.ToString());
        AddPair(table, Mnemonic.Andps, nameof(TranslatedVector.Pand));
        AddPair(table, Mnemonic.Andpd, nameof(TranslatedVector.Pand));
        AddPair(table, Mnemonic.Andnps, nameof(TranslatedVector.Pandn));
        AddPair(table, Mnemonic.Andnpd, nameof(TranslatedVector.Pandn));
        AddPair(table, Mnemonic.Orps, nameof(TranslatedVector.Por));
        AddPair(table, Mnemonic.Orpd, nameof(TranslatedVector.Por));
        AddPair(table, Mnemonic.Xorps, nameof(TranslatedVector.Pxor));
        AddPair(table, Mnemonic.Xorpd, nameof(TranslatedVector.Pxor));
        table[Mnemonic.Unpcklpd] = static (t, o) => t.UnpackDoubles(o, nameof(TranslatedVector.Punpcklqdq));
        table[Mnemonic.Unpckhpd] = static (t, o) => t.UnpackDoubles(o, nameof(TranslatedVector.Punpckhqdq));
        AddPair(table, Mnemonic.Unpcklps, nameof(TranslatedVector.Punpckldq));

        AddShift(table, Mnemonic.Psllw, bits: 16, isSigned: false);
        AddShift(table, Mnemonic.Pslld, bits: 32, isSigned: false);
        AddShift(table, Mnemonic.Psllq, bits: 64, isSigned: false);
        AddShift(table, Mnemonic.Psrlw, bits: 16, isSigned: false);
        AddShift(table, Mnemonic.Psrld, bits: 32, isSigned: false);
        AddShift(table, Mnemonic.Psrlq, bits: 64, isSigned: false);
        AddShift(table, Mnemonic.Psraw, bits: 16, isSigned: true);
        AddShift(table, Mnemonic.Psrad, bits: 32, isSigned: true);
        table[Mnemonic.Pshufd] = static (t, o) => t.ShuffleDoublewords(o);
    }

    private static void AddPair(Dictionary<Mnemonic, Translator> table, Mnemonic mnemonic, string name) =>
        table[mnemonic] = (t, o) => t.CombineVectors(o, name);

    private static void AddShift(Dictionary<Mnemonic, Translator> table, Mnemonic mnemonic, int bits, bool isSigned) =>
        table[mnemonic] = (t, o) => t.ShiftVector(o, mnemonic.ToString(), bits, isSigned);

    private void CombineVectors(Operation operation, string name)
    {
        ReadVectorOperand(operation);
        _il.Load(Vector(operation.Destination));
        PushVectorSource(operation);
        CallVector(name);
        SetVector(operation.Destination);
    }

    // As one for whole registers; but two ordinary numbers stay two.
    private void UnpackDoubles(Operation operation, string name)
    {
        bool isLow = name == nameof(TranslatedVector.Punpcklqdq);
        Ordinary needed = isLow ? Ordinary.Double : Ordinary.Pair;
        bool isOrdinary = operation.SourceKind == OperandKind.Vector
            && IsKnown(operation.Source, needed) && IsKnown(operation.Destination, needed);
        CombineVectors(operation, name);
        if (isOrdinary) _ordinary[operation.Destination] = Ordinary.Pair;
    }

    // By a constant. One that is too large leaves zeros, or copies of the sign.
    private void ShiftVector(Operation operation, string name, int bits, bool isSigned)
    {
        int count = (byte)operation.Immediate;
        _il.Load(Vector(operation.Destination));
        if (count >= bits && !isSigned)
        {
            _il.Emit(System.Reflection.Emit.OpCodes.Pop);
            _il.Constant(0UL);
            CallVector(nameof(TranslatedVector.FromLow));
        }
        else
        {
            _il.Constant(Math.Min(count, bits - 1));
            CallVector(name);
        }

        SetVector(operation.Destination);
    }

    private void ShuffleDoublewords(Operation operation)
    {
        ReadVectorOperand(operation);
        PushVectorSource(operation);
        for (int element = 0; element < 4; element++) _il.Constant((int)(operation.Immediate >> (2 * element)) & 3);
        CallVector(nameof(TranslatedVector.Pshufd));
        SetVector(operation.Destination);
    }
}
