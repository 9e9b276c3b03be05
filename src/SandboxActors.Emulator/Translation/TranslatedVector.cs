using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>
/// Operations on whole XMM registers that translated code calls, and the just-in-time compiler makes one instruction of. Named like the guest's
/// instructions.
/// </summary>
internal static class TranslatedVector
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(Inline)]
    public static Vector128<byte> Pand(Vector128<byte> left, Vector128<byte> right) => left & right;

    [MethodImpl(Inline)]
    public static Vector128<byte> Pandn(Vector128<byte> left, Vector128<byte> right) => ~left & right;

    [MethodImpl(Inline)]
    public static Vector128<byte> Por(Vector128<byte> left, Vector128<byte> right) => left | right;

    [MethodImpl(Inline)]
    public static Vector128<byte> Pxor(Vector128<byte> left, Vector128<byte> right) => left ^ right;

    [MethodImpl(Inline)]
    public static Vector128<byte> Paddb(Vector128<byte> left, Vector128<byte> right) => left + right;

    [MethodImpl(Inline)]
    public static Vector128<byte> Paddw(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt16() + right.AsUInt16()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Paddd(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt32() + right.AsUInt32()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Paddq(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt64() + right.AsUInt64()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psubb(Vector128<byte> left, Vector128<byte> right) => left - right;

    [MethodImpl(Inline)]
    public static Vector128<byte> Psubw(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt16() - right.AsUInt16()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psubd(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt32() - right.AsUInt32()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psubq(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt64() - right.AsUInt64()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pmullw(Vector128<byte> left, Vector128<byte> right) => (left.AsUInt16() * right.AsUInt16()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pmuludq(Vector128<byte> left, Vector128<byte> right) =>
        ((left.AsUInt64() & Vector128.Create((ulong)uint.MaxValue)) * (right.AsUInt64() & Vector128.Create((ulong)uint.MaxValue))).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pminub(Vector128<byte> left, Vector128<byte> right) => Vector128.Min(left, right);

    [MethodImpl(Inline)]
    public static Vector128<byte> Pmaxub(Vector128<byte> left, Vector128<byte> right) => Vector128.Max(left, right);

    [MethodImpl(Inline)]
    public static Vector128<byte> Pcmpeqb(Vector128<byte> left, Vector128<byte> right) => Vector128.Equals(left, right);

    [MethodImpl(Inline)]
    public static Vector128<byte> Pcmpeqw(Vector128<byte> left, Vector128<byte> right) => Vector128.Equals(left.AsInt16(), right.AsInt16()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pcmpeqd(Vector128<byte> left, Vector128<byte> right) => Vector128.Equals(left.AsInt32(), right.AsInt32()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pcmpgtb(Vector128<byte> left, Vector128<byte> right) => Vector128.GreaterThan(left.AsSByte(), right.AsSByte()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pcmpgtw(Vector128<byte> left, Vector128<byte> right) => Vector128.GreaterThan(left.AsInt16(), right.AsInt16()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pcmpgtd(Vector128<byte> left, Vector128<byte> right) => Vector128.GreaterThan(left.AsInt32(), right.AsInt32()).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Punpcklqdq(Vector128<byte> left, Vector128<byte> right) =>
        Vector128.Create(left.GetLower(), right.GetLower());

    [MethodImpl(Inline)]
    public static Vector128<byte> Punpckhqdq(Vector128<byte> left, Vector128<byte> right) =>
        Vector128.Create(left.GetUpper(), right.GetUpper());

    [MethodImpl(Inline)]
    public static Vector128<byte> Punpckldq(Vector128<byte> left, Vector128<byte> right)
    {
        Vector128<uint> low = Vector128.Shuffle(left.AsUInt32(), Vector128.Create(0u, 0, 1, 1));
        Vector128<uint> high = Vector128.Shuffle(right.AsUInt32(), Vector128.Create(0u, 0, 1, 1));
        return Vector128.ConditionalSelect(Vector128.Create(uint.MaxValue, 0, uint.MaxValue, 0), low, high).AsByte();
    }

    [MethodImpl(Inline)]
    public static Vector128<byte> Psllw(Vector128<byte> value, int count) => (value.AsUInt16() << count).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Pslld(Vector128<byte> value, int count) => (value.AsUInt32() << count).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psllq(Vector128<byte> value, int count) => (value.AsUInt64() << count).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psrlw(Vector128<byte> value, int count) => (value.AsUInt16() >>> count).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psrld(Vector128<byte> value, int count) => (value.AsUInt32() >>> count).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psrlq(Vector128<byte> value, int count) => (value.AsUInt64() >>> count).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psraw(Vector128<byte> value, int count) => (value.AsInt16() >> count).AsByte();

    [MethodImpl(Inline)]
    public static Vector128<byte> Psrad(Vector128<byte> value, int count) => (value.AsInt32() >> count).AsByte();

    /// <summary>The low 8 bytes.</summary>
    [MethodImpl(Inline)]
    public static ulong Low(Vector128<byte> value) => value.AsUInt64().ToScalar();

    /// <summary>The upper 8 bytes.</summary>
    [MethodImpl(Inline)]
    public static ulong High(Vector128<byte> value) => value.AsUInt64().GetElement(1);

    /// <summary>8 bytes, and zeros above.</summary>
    [MethodImpl(Inline)]
    public static Vector128<byte> FromLow(ulong value) => Vector128.CreateScalar(value).AsByte();

    /// <summary>With other low 4 bytes.</summary>
    [MethodImpl(Inline)]
    public static Vector128<byte> WithLow4(Vector128<byte> value, ulong low) => value.AsUInt32().WithElement(0, (uint)low).AsByte();

    /// <summary>With other low 8 bytes.</summary>
    [MethodImpl(Inline)]
    public static Vector128<byte> WithLow(Vector128<byte> value, ulong low) => value.AsUInt64().WithElement(0, low).AsByte();

    /// <summary>With other upper 8 bytes.</summary>
    [MethodImpl(Inline)]
    public static Vector128<byte> WithHigh(Vector128<byte> value, ulong high) => value.AsUInt64().WithElement(1, high).AsByte();

    [MethodImpl(Inline)]
    public static double Double(Vector128<byte> value) => value.AsDouble().ToScalar();

    [MethodImpl(Inline)]
    public static Vector128<byte> WithDouble(Vector128<byte> value, double low) => value.AsDouble().WithElement(0, low).AsByte();

    [MethodImpl(Inline)]
    public static float Single(Vector128<byte> value) => value.AsSingle().ToScalar();

    [MethodImpl(Inline)]
    public static Vector128<byte> WithSingle(Vector128<byte> value, float low) => value.AsSingle().WithElement(0, low).AsByte();

    /// <summary>Four elements in an order: two bits each, lowest first.</summary>
    [MethodImpl(Inline)]
    public static Vector128<byte> Pshufd(Vector128<byte> value, int first, int second, int third, int fourth) =>
        Vector128.Shuffle(value.AsInt32(), Vector128.Create(first, second, third, fourth)).AsByte();
}
