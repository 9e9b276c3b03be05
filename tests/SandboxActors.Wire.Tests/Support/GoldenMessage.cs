namespace SandboxActors.Wire.Tests.Support;

/// <summary>A message whose bytes are kept in Golden/ as hexadecimal text, size prefix included: a change of the wire is seen in review.</summary>
internal sealed record GoldenMessage(string Name, Func<MessageWriter, byte[]> Write, Action<byte[]> Verify)
{
    public static IReadOnlyList<GoldenMessage> All { get; } =
    [
        Call("call_without_parameters", new CallContent("NoOp", GuestValueType.Void, [])),
        Call("call_two_parameters", new CallContent("Add", GuestValueType.Int32, [2, -3])),
        Call(
            "call_every_type",
            new CallContent(
                "Every→type",
                GuestValueType.Bytes,
                [
                    -2, uint.MaxValue, long.MinValue, ulong.MaxValue, -0.0f, BitConverter.UInt64BitsToDouble(0x7FF0_0000_0000_0001), // a signalling NaN
                    true, "\0é😀", new byte[] { 0, 1, 255 },
                ])),
        Call("call_zeros", new CallContent("Zeros", GuestValueType.String, [0, 0u, 0L, 0ul, 0f, 0d, false, "", Array.Empty<byte>()])),
        Result("result_void", FunctionResult.Success(GuestValue.Void)),
        Result("result_int32", FunctionResult.Success(int.MinValue)),
        Result("result_uint32", FunctionResult.Success(0xDEAD_BEEFu)),
        Result("result_int64", FunctionResult.Success(-1L)),
        Result("result_uint64", FunctionResult.Success(0x0123_4567_89AB_CDEFul)),
        Result("result_single", FunctionResult.Success(1.5f)),
        Result("result_double", FunctionResult.Success(-0.0)),
        Result("result_boolean", FunctionResult.Success(false)),
        Result("result_string", FunctionResult.Success("text")),
        Result("result_bytes", FunctionResult.Success(new byte[] { 1, 2, 3, 4, 5 })),
        Result("error", FunctionResult.Failure(15, "it failed")),
        Result("error_zero", FunctionResult.Failure(0, "")),
        Log("log", new GuestLogRecord(GuestLogLevel.Warning, "message", "source", "function", "file.c", 42)),
        Log("log_zeros", new GuestLogRecord(GuestLogLevel.Trace, "", "", "", "", 0)),
    ];

    /// <summary>The kept bytes.</summary>
    public byte[] Kept => Convert.FromHexString(string.Concat(Resource.Text($"Golden/{Name}").Where(c => !char.IsWhiteSpace(c))));

    /// <summary>Bytes as the golden files have them: 16 a line.</summary>
    public static string ToText(byte[] message) =>
        string.Concat(message.Chunk(16).Select(line => string.Join(' ', line.Select(b => b.ToString("x2"))) + "\n"));

    public override string ToString() => Name;

    private static GoldenMessage Call(string name, CallContent call) => new(
        name,
        writer => writer.WriteCall(call.Name, call.ReturnType, call.Parameters).ToArray(),
        body => Assert.Equal(call, CallContent.Of(MessageReader.ReadCall(body))));

    private static GoldenMessage Result(string name, FunctionResult result) => new(
        name,
        writer => (result.IsError ? writer.WriteError(result.ErrorCode, result.ErrorMessage) : writer.WriteReturn(result.Value)).ToArray(),
        body => Assert.Equal(result, MessageReader.ReadResult(body)));

    private static GoldenMessage Log(string name, GuestLogRecord log) => new(
        name,
        writer => writer.WriteLog(log).ToArray(),
        body => Assert.Equal(log, MessageReader.ReadLog(body)));
}
