using System.Buffers.Binary;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;
using static SandboxActors.EndToEnd.Tests.TogetherAndAlone;
using Kind = SandboxActors.Wire.GuestValueType;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Calls handed over together end as they do one by one, on real guests: in order, each with its own answer, error or poison.</summary>
public sealed class BatchSpec
{
    [SkippableTheory, OnEachBackend]
    public void Calls_of_a_batch_run_in_order_on_one_another_s_state_and_leave_clean_buffers(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        GuestInvocation[] calls = [.. Enumerable.Range(0, 50).Select(_ => Call("AddToStatic", Kind.Int32, 1)), Call("Echo", Kind.String, "last")];
        List<string> ended = new TogetherAndAlone().Together(sandbox, batches: 1, calls);
        Assert.Equal([.. Enumerable.Range(1, 50).Select(i => $"AddToStatic: {GuestValue.From(i)}"), $"Echo: {GuestValue.From("last")}"], ended);
        Assert.True(sandbox.BuffersAreClean);
        Assert.Equal(51, sandbox.Call<int>("AddToStatic", 1));
    }

    [SkippableTheory, OnEachBackend]
    public void Errors_and_refusals_are_their_own_calls_alone(string backend)
    {
        GuestInvocation[] calls =
        [
            Call("NoOp", Kind.Void), Call("AddToStaticAndFail", Kind.Int32), Call("NoSuchFunction", Kind.Void), Call("Echo", Kind.Int32, "x"),
            Call("AddToStatic", Kind.Int32, 1), Call("Echo", Kind.String), Call("Echo", Kind.String, 1), Call("AddToStaticAndFail", Kind.Int32),
        ];
        AssertSame(backend, batches: 1, calls);
    }

    [SkippableTheory]
    [OnEachBackend("guest_panic", "words")]
    [OnEachBackend("GuestAbortWithCode", 7)]
    [OnEachBackend("GuestAbortWithMessage", 7, "words")]
    [OnEachBackend("TriggerException")]
    [OnEachBackend("DivideByZero")]
    [OnEachBackend("InfiniteRecursion")]
    [OnEachBackend("ExhaustHeap")]
    [OnEachBackend("BufferOverrun", "a text that is much longer than the seventeen bytes that the guest has made room for")]
    [OnEachBackend("WriteInputBufferForever")]
    [OnEachBackend("WriteCallsForever")]
    [OnEachBackend("OutlWithPort", 0x80u, 0u)]
    [OnEachBackend("OutbWithPort", 0xDFu, 0u)]
    [OnEachBackend("InWithPort", 0xDFu)]
    [OnEachBackend("CorruptOutputOffset", uint.MaxValue)]
    [OnEachBackend("CorruptOutputSizePrefix", uint.MaxValue)]
    [OnEachBackend("CorruptOutputSizePrefix", 3u)]
    [OnEachBackend("ReturnInvalidUtf8")]
    public void Poison_in_the_middle_is_its_own_call_s_and_those_behind_run_on_restored_state(
        string backend, string function, params object[] arguments)
    {
        Kind type = function switch
        {
            "ReturnInvalidUtf8" => Kind.String,
            "InWithPort" => Kind.UInt32,
            "BufferOverrun" => Kind.Int32,
            _ => Kind.Void,
        };
        GuestValue[] values =
            [.. arguments.Select(a => a switch { int n => GuestValue.From(n), uint n => GuestValue.From(n), _ => GuestValue.From((string)a) })];
        GuestInvocation add = Call("AddToStatic", Kind.Int32, 1);
        List<string> ended = AssertSame(backend, batches: 2, add, add, Call(function, type, values), add, add, add);
        Assert.Equal(ended[0], ended[3]);
        Assert.Contains("poison", ended[2], StringComparison.Ordinal);
    }

    [SkippableTheory, OnEachBackend]
    public void An_answer_has_the_same_room_as_alone(string backend)
    {
        // Around the buffer of answers, and around the output buffer; in the middle, and last.
        foreach (uint length in Enumerable.Range(0, 12).Select(i => (uint)i * 1000).Concat(Around(8192)).Concat(Around(16 << 10)))
        {
            GuestInvocation large = Call("Repeat", Kind.String, length);
            GuestInvocation small = Call("EchoU32", Kind.UInt32, length);
            AssertSame(backend, batches: 1, s => s.OutputBufferSize(16 << 10), small, large, large, small, small, large);
        }

        static IEnumerable<uint> Around(int size) => Enumerable.Range(0, 20).Select(i => (uint)(size - 120 + (8 * i)));
    }

    [SkippableTheory, OnEachBackend]
    public void A_host_function_s_result_has_the_same_room_as_alone(string backend)
    {
        int length = 0;
        GuestInvocation ask = Call("RoundTripHostString", Kind.String, "?");
        GuestInvocation other = Call("Echo", Kind.String, new string('x', 300));
        var messages = new HashSet<bool>();
        foreach (int wanted in Enumerable.Range(0, 40).Select(i => 3800 + (8 * i)))
        {
            length = wanted;
            List<string> ended = AssertSame(
                backend,
                batches: 1,
                s => s.InputBufferSize(4096).HostFunction("HostEchoString", (string _) => new string('y', length)),
                other, ask, other, ask, ask);
            messages.Add(ended[1].Contains(" left", StringComparison.Ordinal));
        }

        Assert.Equal(2, messages.Count); // both have been seen: what fits, and what does not
    }

    [SkippableTheory, OnEachBackend]
    public void A_host_call_behind_an_answer_has_the_same_room_as_alone(string backend)
    {
        foreach (int length in Enumerable.Range(0, 30).Select(i => 3700 + (16 * i)))
        {
            GuestInvocation call = Call("AnswerThenCallHost", Kind.String, new string('x', length), "Host");
            GuestInvocation other = Call("NoOp", Kind.Void);
            AssertSame(backend, batches: 1, s => s.OutputBufferSize(4096).HostFunction("Host", () => { }), other, call, other);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Whoever_has_an_answer_is_told_before_the_logs_prints_and_host_calls_behind_it(string backend)
    {
        var happened = new List<string>();
        using Sandbox sandbox = SimpleGuest.Builder(backend).PrintTo(happened.Add).LogTo(r => happened.Add(r.Message), GuestLogLevel.Trace)
            .HostFunction("HostAdd", (int a, int b) =>
            {
                happened.Add("add");
                return a + b;
            })
            .Build();
        var batch = new TogetherAndAlone { OnTold = count => happened.Add($"told {count}") };
        batch.Together(
            sandbox,
            1,
            Call("NoOp", Kind.Void),
            Call("LogMessage", Kind.Void, "log 1", 2),
            Call("PrintOutput", Kind.Int32, "print 2"),
            Call("NoOp", Kind.Void),
            Call("Add", Kind.Int32, 1, 2),
            Call("LogMessage", Kind.Void, "log 5", 2));
        Assert.Equal(["told 1", "log 1", "told 2", "print 2", "told 4", "add", "told 5", "log 5"], happened);
    }

    [SkippableTheory, OnEachBackend]
    public void A_batch_goes_on_where_it_was_when_it_was_preempted(string backend)
    {
        Sandbox? sandbox = null;
        using (sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) =>
        {
            sandbox!.Preempt();
            return a + b;
        }).Build())
        {
            GuestInvocation[] calls = [.. Enumerable.Range(0, 30).Select(i => Call("Add", Kind.Int32, i, 1))];
            Assert.Equal(Enumerable.Range(1, 30).Select(i => $"Add: {GuestValue.From(i)}"), new TogetherAndAlone().Together(sandbox, 1, calls));
        }
    }

    [SkippableTheory]
    [OnEachBackend(0u, 0xFFu, 1)] // more answers than there are calls
    [OnEachBackend(0u, 0u, 2)] // the answer before it taken back
    public void A_guest_that_forges_the_count_of_its_answers_is_poisoned_and_heals(string backend, uint offset, uint count, int answered)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) => a + b).Build();
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, count);
        GuestInvocation add = Call("Add", Kind.Int32, 1, 2);
        GuestInvocation[] calls = count == 0
            ? [add, add, Call("WriteAnswersBetweenHostCalls", Kind.Void, offset, bytes), add]
            : [add, Call("WriteAnswersBetweenHostCalls", Kind.Void, offset, bytes), add, add];
        List<string> ended = new TogetherAndAlone().Together(sandbox, 2, calls);
        Assert.All(ended[..answered], text => Assert.Equal($"Add: {GuestValue.From(3)}", text));
        Assert.StartsWith($"WriteAnswersBetweenHostCalls: {nameof(GuestProtocolException)}", ended[answered], StringComparison.Ordinal);
        Assert.All(ended[(answered + 1)..], text => Assert.Equal($"Add: {GuestValue.From(3)}", text));
        Assert.True(sandbox.BuffersAreClean);
    }

    [SkippableTheory, OnEachBackend]
    public void A_port_of_batches_is_none_outside_of_them(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Assert.Throws<GuestProtocolException>(() => sandbox.Call("OutlWithPort", 0xDFu, 0u));
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_knows_no_batches_is_called_one_by_one(string backend)
    {
        GuestImage image = GuestImage.FromBytes(TinyGuest.Elf([.. ReturnsVoid()]));
        using Sandbox sandbox = new SandboxBuilder(Backends.Open(backend), image).Build();
        GuestInvocation any = Call("Any", Kind.Void);
        Assert.Equal(Alone(sandbox, any, any, any), new TogetherAndAlone().Together(sandbox, batches: 3, any, any, any));
    }

    /// <summary>The code of a guest that answers every call alike and has never heard of batches.</summary>
    private static List<byte> ReturnsVoid()
    {
        List<byte> code =
        [
            0x48, 0x8B, 0x5F, 0x20, // mov rbx, [rdi + 32]: the output buffer
            0x31, 0xC0, // xor eax, eax
            0xE7, 0xE0, // out 0xE0, eax: ready
        ];
        byte[] answer = [.. new MessageWriter().WriteReturn(GuestValue.Void)];
        Array.Resize(ref answer, (answer.Length + 3) & ~3);
        for (int i = 0; i < answer.Length; i += 4) code.AddRange([0xC7, 0x43, (byte)i, .. answer.AsSpan(i, 4)]); // mov dword [rbx + i], ...
        int back = -(code.Count - 6 + 5);
        code.AddRange([0xE9, .. BitConverter.GetBytes(back)]); // jmp to the out, with eax still zero
        return code;
    }

    private static List<string> AssertSame(string backend, int batches, params GuestInvocation[] calls) =>
        AssertSame(backend, batches, static b => b, calls);

    private static List<string> AssertSame(
        string backend, int batches, Func<SandboxBuilder, SandboxBuilder> configure, params GuestInvocation[] calls)
    {
        using Sandbox one = configure(SimpleGuest.Builder(backend)).Build();
        using Sandbox other = configure(SimpleGuest.Builder(backend)).Build();
        List<string> alone = Alone(one, calls);
        List<string> together = new TogetherAndAlone().Together(other, batches, calls);
        Assert.Equal(alone, together);
        Assert.True(other.BuffersAreClean);
        return together;
    }
}
