using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The simple guest has every function that it is to have.</summary>
public sealed class SimpleGuestSpec
{
    private static readonly string[] Functions =
    [
        "Echo", "EchoI32", "EchoU32", "EchoI64", "EchoU64", "EchoFloat", "EchoDouble", "EchoBool", "NoOp", "Add", "AddToStatic", "GetStatic", "SetStatic", "AddToStaticAndFail",
        "guest_panic", "GuestAbortWithCode", "GuestAbortWithMessage", "PrintOutput", "PrintUsingPrintf", "PrintTwoArgs", "PrintThreeArgs", "PrintFourArgs", "PrintFiveArgs",
        "PrintSixArgs", "PrintSevenArgs", "PrintEightArgs", "PrintNineArgs", "PrintTenArgs", "PrintElevenArgs", "SetByteArrayToZero", "GetSizePrefixedBuffer", "LargeParameters",
        "24K_in_8K_out", "CallMalloc", "MallocAndFree", "ExhaustHeap", "FillHeapAndCauseException", "StackOverflow", "InfiniteRecursion", "LargeVar", "SmallVar", "BufferOverrun",
        "ExecuteOnHeap", "TriggerException", "DivideByZero", "ReadMappedBuffer", "WriteMappedBuffer", "ExecMappedBuffer", "CheckMapped", "ReadFromUserMemory", "Spin", "SpinForMs",
        "LogMessage", "LogMessageWithSource", "OutbWithPort", "CallGivenParamlessHostFuncThatReturnsI64", "CallHostExpectError", "CallHostSpin", "HostCallLoop", "CallHostThenSpin",
        "CallErrorMethod", "GuestMethod", "GuestMethod1", "GuestMethod2", "GuestMethod3", "GuestMethod4", "RoundTripHostI32", "RoundTripHostU32", "RoundTripHostI64",
        "RoundTripHostU64", "RoundTripHostF32", "RoundTripHostF64", "RoundTripHostBool", "RoundTripHostString", "RoundTripHostVecBytes", "RoundTripHostNoOp", "AllocAndWritePattern",
        "ReadPattern", "UseSSE2Registers", "ReadPrivilegedRegister", "CorruptOutputSizePrefix", "CorruptOutputOffset", "WritePageTable", "WriteInputBufferForever",
    ];

    [SkippableTheory, OnEachBackend]
    public void Every_function_is_there(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        GuestValue[] tooMany = [.. Enumerable.Repeat(GuestValue.From(0), 40)];
        foreach (string function in Functions)
        {
            GuestCallRefusedException refused = Assert.Throws<GuestCallRefusedException>(() => sandbox.Call(function, tooMany));
            Assert.Equal((function, CallRefusal.WrongParameterCount), (refused.Function, refused.Refusal));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Guest_methods_call_their_host_methods(string backend)
    {
        var heard = new List<string>();
        SandboxBuilder builder = SimpleGuest.Builder(backend)
            .HostFunction("ErrorMethod", int (string text) => throw new InvalidOperationException($"refused {text}"));
        foreach (string method in new[] { "HostMethod", "HostMethod1", "HostMethod2", "HostMethod3", "HostMethod4" })
        {
            builder.HostFunction(method, (string text) =>
            {
                heard.Add(text);
                return text.Length;
            });
        }

        using Sandbox sandbox = builder.Build();
        Assert.True(sandbox.Call<int>("GuestMethod", "one") > 0);
        Assert.True(sandbox.Call<int>("GuestMethod1", "two") > 0);
        Assert.Equal(2, heard.Count);
        Assert.StartsWith("Hello from GuestFunction", heard[0], StringComparison.Ordinal);
        Assert.EndsWith("one", heard[0], StringComparison.Ordinal);
        GuestErrorException error = Assert.Throws<GuestErrorException>(() => sandbox.Call<int>("CallErrorMethod", "this"));
        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory, OnEachBackend]
    public void Memory_read_by_address_is_what_stands_there(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HeapSize(1 << 20).Build();
        ulong address = sandbox.Call<ulong>("AllocAndWritePattern", 64UL, 1u);
        byte[] pattern = sandbox.Call<byte[]>("ReadMappedBuffer", address, 64UL);
        Assert.Equal(pattern, sandbox.Call<byte[]>("ReadFromUserMemory", address, pattern));
        pattern[3] ^= 1;
        Assert.Throws<GuestErrorException>(() => sandbox.Call<byte[]>("ReadFromUserMemory", address, pattern));
    }
}
