using CsCheck;

namespace SandboxActors.Wire.Tests.Support;

/// <summary>Everything that may go over the wire.</summary>
internal static class Generate
{
    /// <summary>Scalars of Unicode of every UTF-8 length, U+0000 and supplementary ones among them.</summary>
    private static readonly Gen<string> Scalar = Gen.Frequency(
        (2, Gen.Char['\0', '\u007F'].Select(c => c.ToString())),
        (1, Gen.Const("\0")),
        (1, Gen.Char['\u0080', '\u07FF'].Select(c => c.ToString())),
        (1, Gen.Char['\u0800', '\uD7FF'].Select(c => c.ToString())),
        (1, Gen.Char['\uE000', '\uFFFF'].Select(c => c.ToString())),
        (1, Gen.Int[0x1_0000, 0x10_FFFF].Select(char.ConvertFromUtf32)));

    public static readonly Gen<string> Text = Scalar.Array[0, 20].Select(string.Concat);

    public static readonly Gen<byte[]> Bytes = Gen.Frequency(
        (3, Gen.Byte.Array[0, 40]),
        (1, Gen.Const(Array.Empty<byte>)),
        (1, Gen.Int[0, 300].Select(n => new byte[n])));

    /// <summary>Any bits at all, and those that codecs lose: signed zeros, infinities, quiet and signalling NaNs with payloads.</summary>
    private static readonly Gen<float> Single = Gen.Frequency(
        (2, Gen.UInt.Select(BitConverter.UInt32BitsToSingle)),
        (1, Gen.OneOf<uint>(0, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0x7F80_0001, 0xFFBF_FFFF, 1)
            .Select(BitConverter.UInt32BitsToSingle)));

    private static readonly Gen<double> Double = Gen.Frequency(
        (2, Gen.ULong.Select(BitConverter.UInt64BitsToDouble)),
        (1, Gen.OneOf<ulong>(0, 0x8000_0000_0000_0000, 0x7FF0_0000_0000_0000, 0x7FF8_0000_0000_0001, 0x7FF0_0000_0000_0001, 0xFFF7_FFFF_FFFF_FFFF, 1)
            .Select(BitConverter.UInt64BitsToDouble)));

    public static readonly Gen<GuestValue> Parameter = Gen.OneOf(
        Gen.Int.Select(GuestValue.From),
        Gen.UInt.Select(GuestValue.From),
        Gen.Long.Select(GuestValue.From),
        Gen.ULong.Select(GuestValue.From),
        Single.Select(GuestValue.From),
        Double.Select(GuestValue.From),
        Gen.Bool.Select(GuestValue.From),
        Text.Select(GuestValue.From),
        Bytes.Select(GuestValue.From));

    public static readonly Gen<GuestValue> Result = Gen.Frequency((9, Parameter), (1, Gen.Const(GuestValue.Void)));

    private static readonly Gen<string> Name = Text.Where(text => text.Length > 0);

    public static Gen<CallContent> Call(int mostParameters) => Gen.Select(
        Name,
        Gen.Enum<GuestValueType>(),
        Gen.Int[0, mostParameters].SelectMany(count => Parameter.Array[count]),
        (name, returnType, parameters) => new CallContent(name, returnType, parameters));

    public static readonly Gen<FunctionResult> FunctionResult = Gen.Frequency(
        (3, Result.Select(Wire.FunctionResult.Success)),
        (1, Gen.Select(Gen.Int, Text, Wire.FunctionResult.Failure)));

    public static readonly Gen<GuestLogRecord> Log = Gen.Select(
        Gen.Int[0, 5], Text, Gen.Select(Text, Text, Text), Gen.UInt,
        (level, message, origin, line) => new GuestLogRecord((GuestLogLevel)level, message, origin.Item1, origin.Item2, origin.Item3, line));
}
