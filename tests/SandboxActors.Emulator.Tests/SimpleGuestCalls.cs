using SandboxActors.Wire;
using Kind = SandboxActors.Wire.GuestValueType;

namespace SandboxActors.Emulator.Tests;

/// <summary>Calls of every function that guests/README.md lists for the simple guest, but for those of <see cref="LeftOut"/>.</summary>
internal static class SimpleGuestCalls
{
    private const ulong Nowhere = 0x3_0000_1234;
    private const ulong GuestCode = 0x20_0000;

    /// <summary>Functions that have no result to compare: they never end, or their result is a matter of time or chance.</summary>
    public static IReadOnlyList<string> LeftOut { get; } =
        [
            "Spin", "SpinForMs", "CallHostSpin", "HostCallLoop", "CallHostThenSpin", "RandomBytes", "AnswerEarlyAndSpin", "AnswerEarlyAndScribble",
        ];

    // The printing functions take the first two, three and so on of these.
    private static readonly GuestValue[] PrintArguments =
        ["one", 2, 3L, "four", "five", false, true, 8u, 9ul, 10, 3.123f];

    private static readonly string[] PrintFunctions =
    [
        "PrintTwoArgs", "PrintThreeArgs", "PrintFourArgs", "PrintFiveArgs", "PrintSixArgs", "PrintSevenArgs", "PrintEightArgs", "PrintNineArgs",
        "PrintTenArgs", "PrintElevenArgs",
    ];

    /// <summary>All calls.</summary>
    public static IEnumerable<GuestCallCase> All => [.. Values, .. Printing, .. Memory, .. Endings, .. HostCalls, .. Yields, .. Spans, .. Registers, .. Ports];

    private static IEnumerable<GuestCallCase> Values =>
    [
        new("Echo", Kind.String, "grüße\0🚀"), new("Echo", Kind.String, new string('x', 5000)),
        new("EchoI32", Kind.Int32, int.MinValue), new("EchoU32", Kind.UInt32, uint.MaxValue), new("EchoI64", Kind.Int64, long.MinValue),
        new("EchoU64", Kind.UInt64, ulong.MaxValue),
        new("EchoFloat", Kind.Single, BitConverter.Int32BitsToSingle(0x7FA0_1234)), new("EchoDouble", Kind.Double, -0.0),
        new("EchoBool", Kind.Boolean, true),
        new("EchoNine", Kind.String, -1, 2u, -3L, 4ul, 1.5f, 1e300, true, "text", new byte[] { 1, 255 }),
        new("EchoNine", Kind.String, 0, 0u, 0L, 0ul, float.Epsilon, 0.1, false, string.Empty, Array.Empty<byte>()),
        new("SumOfThirtyTwo", Kind.Int32, [.. Enumerable.Range(1, 32).Select(i => (GuestValue)(i * 0x1000_0001))]),
        new("NoOp", Kind.Void), new("AddToStatic", Kind.Int32, 7), new("SetStatic", Kind.Void, 9), new("GetStatic", Kind.Int32),
        new("AddToStaticAndFail", Kind.Int32), new("Add", Kind.Int32, 3, 4), new("NoSuchFunction", Kind.Void), new("Echo", Kind.String, 5),
    ];

    // In calls that are no streams: each is refused its first yield.
    private static IEnumerable<GuestCallCase> Yields =>
    [
        new("YieldNumbers", Kind.Void, 0), new("YieldNumbers", Kind.Void, 3), new("YieldNumbersAndTell", Kind.Void, 3), new("YieldForEver", Kind.Void),
        new("YieldWhateverIsSaid", Kind.Void), new("YieldThenFail", Kind.Void, 0), new("YieldThenFail", Kind.Void, 1),
        new("YieldThenFault", Kind.Void, 0), new("YieldThenFault", Kind.Void, 1), new("YieldBytes", Kind.Void, 2, 5000u),
        new("YieldTwiceI32", Kind.Void, 1), new("YieldTwiceU32", Kind.Void, 1u), new("YieldTwiceI64", Kind.Void, 1L),
        new("YieldTwiceU64", Kind.Void, 1UL), new("YieldTwiceF32", Kind.Void, 1f), new("YieldTwiceF64", Kind.Void, 1d),
        new("YieldTwiceBool", Kind.Void, true), new("YieldTwiceString", Kind.Void, "one"), new("YieldTwiceVecBytes", Kind.Void, Pattern(10)),
        new("YieldNothing", Kind.Void), new("YieldTwoAtOnce", Kind.Void), new("YieldForANumber", Kind.Void),
        new("YieldNumbersThenText", Kind.Void, 0), new("YieldNumbersThenText", Kind.Void, 1),
    ];

    private static IEnumerable<GuestCallCase> Printing =>
    [
        new("PrintOutput", Kind.Int32, "hello"), new("PrintUsingPrintf", Kind.Int32, "printed ü"),
        .. PrintFunctions.Select((name, i) => new GuestCallCase(name, Kind.Int32, PrintArguments[..(i + 2)])),
        new("LogMessage", Kind.Void, "a message", 2), new("LogMessage", Kind.Void, "no such level", 99),
        new("LogMessageWithSource", Kind.Void, "a message", "a source", 4),
    ];

    private static IEnumerable<GuestCallCase> Memory =>
    [
        new("SetByteArrayToZero", Kind.Bytes, new byte[] { 1, 2, 3 }), new("GetSizePrefixedBuffer", Kind.Bytes, new byte[] { 9, 8 }),
        new("LargeParameters", Kind.Void, new byte[6000], "text"), new("24K_in_8K_out", Kind.Bytes, Pattern(24 * 1024)),
        new("24K_in_8K_out", Kind.Bytes, new byte[5]), new("Repeat", Kind.String, 100u),
        new("CallMalloc", Kind.Int32, 1000), new("CallMalloc", Kind.Int32, 64 << 20), new("MallocAndFree", Kind.Int32, 5000),
        new("ExhaustHeap", Kind.Void),
        new("FillHeapAndCauseException", Kind.Void), new("FillHeapAndFail", Kind.Void), new("FreeTwice", Kind.Void),
        new("OverrunHeapBlock", Kind.Void), new("FreeHeapBytes", Kind.UInt64), new("AllocAndWritePattern", Kind.UInt64, 4096UL, 3u),
        new("ReadPattern", Kind.Boolean, Nowhere, 16UL, 3u), new("StackOverflow", Kind.Int32, 20), new("StackOverflow", Kind.Int32, int.MaxValue),
        new("InfiniteRecursion", Kind.Void), new("LargeVar", Kind.Int32), new("SmallVar", Kind.Int32),
        new("BufferOverrun", Kind.Int32, "short"), new("BufferOverrun", Kind.Int32, new string('x', 40)),
        new("ReadMappedBuffer", Kind.Bytes, GuestCode, 64UL), new("ReadMappedBuffer", Kind.Bytes, Nowhere, 1UL),
        new("WriteMappedBuffer", Kind.Boolean, GuestCode, 8UL),
        new("ExecMappedBuffer", Kind.Boolean, Nowhere, 1UL), new("CheckMapped", Kind.Boolean, 0UL), new("CheckMapped", Kind.Boolean, Nowhere),
        new("ReadFromUserMemory", Kind.Bytes, GuestCode, new byte[4]),
    ];

    private static IEnumerable<GuestCallCase> Endings =>
    [
        new("guest_panic", Kind.Void, "on purpose"), new("GuestAbortWithCode", Kind.Void, 42), new("GuestAbortWithMessage", Kind.Void, 7, "why"),
        new("ExecuteOnHeap", Kind.String), new("TriggerException", Kind.Void), new("DivideByZero", Kind.Void), new("Breakpoint", Kind.Void),
        new("ReadPrivilegedRegister", Kind.UInt64), new("Halt", Kind.Void), new("SystemCall", Kind.Void),
        new("RaiseFloatingPointException", Kind.Void),
        new("WritePageTable", Kind.Void, 0xF_0000_0000UL), new("WriteInputBufferForever", Kind.Void), new("WriteCallsForever", Kind.Void),
        new("WriteBootInformation", Kind.Void),
        new("WriteOwnCode", Kind.Void), new("CorruptOutputSizePrefix", Kind.Void, uint.MaxValue), new("CorruptOutputOffset", Kind.Void, 1u << 30),
        new("ReturnInvalidUtf8", Kind.String),
    ];

    private static IEnumerable<GuestCallCase> HostCalls =>
    [
        new("CallGivenParamlessHostFuncThatReturnsI64", Kind.Int64, "Number"),
        new("CallGivenParamlessHostFuncThatReturnsI64", Kind.Int64, "NoSuchFunction"),
        new("CallHostExpectError", Kind.Void, "Fails"), new("CallHostExpectError", Kind.Void, "Nothing"), new("CallErrorMethod", Kind.Int32, "this"),
        new("GuestMethod", Kind.Int32, "one"), new("GuestMethod1", Kind.Int32, "two"), new("GuestMethod2", Kind.Int32, "three"),
        new("GuestMethod3", Kind.Int32, "four"),
        new("GuestMethod4", Kind.Void), new("CallHostWithThirtyTwo", Kind.Int32), new("RoundTripHostI32", Kind.Int32, -5),
        new("RoundTripHostU32", Kind.UInt32, 5u),
        new("RoundTripHostI64", Kind.Int64, -6L), new("RoundTripHostU64", Kind.UInt64, 6ul), new("RoundTripHostF32", Kind.Single, 0.1f),
        new("RoundTripHostF64", Kind.Double, double.NaN),
        new("RoundTripHostBool", Kind.Boolean, true), new("RoundTripHostString", Kind.String, "there and back"),
        new("RoundTripHostVecBytes", Kind.Bytes, Pattern(3000)), new("RoundTripHostNoOp", Kind.Void),
        new("AnswerThenCallHost", Kind.String, "answer", "Nothing"),
    ];

    // While nobody listens.
    private static IEnumerable<GuestCallCase> Spans =>
    [
        new("TraceWork", Kind.Int32, 41), new("IsTraced", Kind.Boolean), new("TraceMuch", Kind.Void, 3u, 2u, true), new("TraceText", Kind.Void, "name", "text"),
        new("TraceBrokenText", Kind.Void), new("TraceMadeUp", Kind.Void, 7u), new("TraceThenDie", Kind.Void),
    ];

    private static IEnumerable<GuestCallCase> Registers =>
    [
        new("UseSSE2Registers", Kind.Boolean), new("SetVectorRegister", Kind.Void, 77UL), new("GetVectorRegister", Kind.UInt64),
        new("SetMxcsr", Kind.Void, 0x9FC0u), new("GetMxcsr", Kind.UInt32), new("SetX87ControlWord", Kind.Void, 0x27Fu),
        new("GetX87ControlWord", Kind.UInt32),
    ];

    private static IEnumerable<GuestCallCase> Ports =>
    [
        new("EmitRaw", Kind.Void, 0xE0u, new byte[] { 1, 2, 3 }, 0u), new("EmitRawWithPrefix", Kind.Void, 0xE0u, new byte[] { 1, 2, 3 }, 0u, 100u),
        new("WriteAnswersBetweenHostCalls", Kind.Void, 0u, new byte[] { 1, 2, 3 }),
        new("AnswerEarlyAndFault", Kind.Void), new("AnswerEarlyAndCallHost", Kind.Void, "Nothing"), new("ForgeWord", Kind.Void, 7UL),
        new("OutbWithPort", Kind.Void, 0x80u, 1u), new("OutlWithPort", Kind.Void, 0x3F8u, 1u), new("InWithPort", Kind.UInt32, 0x60u),
        new("OutStringWithPort", Kind.Void, 0x3F8u),
    ];

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];
}
