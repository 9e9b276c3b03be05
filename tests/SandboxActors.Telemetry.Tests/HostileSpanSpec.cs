using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What a hostile guest sends on the port for spans: what is no operation poisons, whether anybody listens or not.</summary>
public sealed class HostileSpanSpec
{
    private const uint SpanPort = 0xDE;

    public static TheoryData<string, GuestValueType, GuestValue[]> NoOperations => new()
    {
        { "explode", GuestValueType.Void, [1u] },
        { "begin", GuestValueType.Void, [] },
        { "begin", GuestValueType.Void, [1u] },
        { "begin", GuestValueType.Void, [1, "name"] },
        { "begin", GuestValueType.Void, [1u, 2u] },
        { "begin", GuestValueType.Void, [1u, "name", "more"] },
        { "begin", GuestValueType.Int32, [1u, "name"] },
        { "end", GuestValueType.Void, [1u, 2u] },
        { "end", GuestValueType.Void, ["1"] },
        { "set", GuestValueType.Void, [1u, "key"] },
        { "set", GuestValueType.Void, [1u, 2u, 3u] },
        { "set", GuestValueType.Void, [1u, "key", new byte[4]] },
    };

    [Theory, MemberData(nameof(NoOperations))]
    public void What_is_no_operation_poisons(string name, GuestValueType type, GuestValue[] parameters)
    {
        byte[] body = [.. new MessageWriter().WriteCall(name, type, parameters)[4..]];
        using (new Tracing()) AssertPoisons("emulator", body);
        AssertPoisons("emulator", body);
    }

    [SkippableTheory]
    [OnEachBackend(true)]
    [OnEachBackend(false)]
    public void No_bytes_do_anything_but_poison(string backend, bool isListenedTo)
    {
        using Tracing? tracing = isListenedTo ? new Tracing() : null;
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Snapshot snapshot = sandbox.Snapshot();
        byte[] sound = [.. new MessageWriter().WriteCall("begin", GuestValueType.Void, [1u, "name"])[4..]];
        var random = new Random(19);
        for (int i = 0; i < 300; i++)
        {
            byte[] message = [.. sound];
            for (int change = random.Next(8); change >= 0; change--) message[random.Next(message.Length)] = (byte)random.Next(256);
            try
            {
                sandbox.Call("EmitRaw", SpanPort, message, 0u);
            }
            catch (GuestProtocolException)
            {
                sandbox.Restore(snapshot);
            }
        }

        Assert.Equal(7, sandbox.Call<int>("EchoI32", 7));
    }

    [SkippableTheory]
    [OnEachBackend(uint.MaxValue, 0u)]
    [OnEachBackend(16u, uint.MaxValue)]
    [OnEachBackend(16u, 64u * 1024)]
    public void A_message_that_is_not_in_the_buffer_poisons(string backend, uint prefix, uint offset)
    {
        using var tracing = new Tracing();
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.Throws<GuestProtocolException>(() => sandbox.Call("EmitRawWithPrefix", SpanPort, new byte[16], offset, prefix));
    }

    private static void AssertPoisons(string backend, byte[] body)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.Throws<GuestProtocolException>(() => sandbox.Call("EmitRaw", SpanPort, body, 0u));
    }
}
