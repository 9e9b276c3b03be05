using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests;

/// <summary>The path of a call allocates nothing that the caller does not get.</summary>
public sealed class AllocationSpec
{
    private const int Calls = 1_000;

    private readonly byte[] _place = new byte[1_024];

    [Fact]
    public void A_writer_that_is_warm_allocates_nothing()
    {
        var writer = new MessageWriter();
        GuestValue[] parameters = [1, 2.5, true, "text", new byte[] { 1, 2 }];

        Assert.Equal(0, Allocated(() =>
        {
            writer.WriteCall("Function", GuestValueType.Int32, parameters);
            writer.WriteReturn(parameters[3]);
            writer.WriteReturn(GuestValue.Void);
            writer.WriteError(15, "message");
            writer.TryWriteCall(_place, "Function", GuestValueType.Int32, parameters, out _);
            writer.TryWriteReturn(_place, parameters[3], out _);
        }));
    }

    [Fact]
    public void Reading_a_result_without_text_and_bytes_allocates_nothing()
    {
        byte[] nothing = Encode.Body(FunctionResult.Success(GuestValue.Void));
        byte[] number = Encode.Body(FunctionResult.Success(0.5));

        Assert.Equal(0, Allocated(() =>
        {
            MessageReader.ReadResult(nothing);
            MessageReader.ReadResult(number);
        }));
    }

    [Fact]
    public void Reading_a_call_to_a_known_name_in_the_place_of_another_allocates_nothing()
    {
        byte[] body = Encode.Body(new CallContent("HostFunctionWithALongName", GuestValueType.Int64, [1, 2.5, true]));
        byte[] shorter = Encode.Body(new CallContent("HostFunctionWithALongName", GuestValueType.Int64, [1]));
        var names = new NameTable(["HostFunctionWithALongName"]);
        var call = new FunctionCall();

        Assert.Equal(0, Allocated(() =>
        {
            MessageReader.ReadCall(body, names, call);
            MessageReader.ReadCall(shorter, names, call);
        }));
    }

    [Fact]
    public void A_large_message_makes_the_buffer_grow_once()
    {
        var writer = new MessageWriter();
        GuestValue[] parameters = [new byte[16 << 20]];
        writer.WriteReturn(1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        writer.WriteCall("Take", GuestValueType.Void, parameters);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 16 << 20, (16 << 20) + 65_536);
        Assert.Equal(0, Allocated(() => writer.WriteCall("Take", GuestValueType.Void, parameters), 1));
    }

    private static long Allocated(Action action, int times = Calls)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < times; i++) action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
