using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using static SandboxActors.EndToEnd.Tests.TogetherAndAlone;
using Kind = SandboxActors.Wire.GuestValueType;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Calls without exits, on real guests: quick, and otherwise like any other.</summary>
[Collection(nameof(ProcessorsAlone))]
public sealed class ExitlessSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public void Values_errors_and_state_are_those_of_calls_with_exits()
    {
        using Sandbox exitless = WithHostFunctions(HotSandbox.Builder());
        using Sandbox plain = WithHostFunctions(SimpleGuest.Builder("kvm"));
        byte[] bytes = [.. Enumerable.Range(0, 24 << 10).Select(i => (byte)i)];
        GuestInvocation[] calls =
        [
            Call("Echo", Kind.String, "grüße\0🚀"), Call("Echo", Kind.String, ""), Call("EchoI32", Kind.Int32, int.MinValue),
            Call("EchoDouble", Kind.Double, -0.0),
            Call("EchoI64", Kind.Int64, -1L), Call("EchoBool", Kind.Boolean, true), Call("NoOp", Kind.Void), Call("AddToStatic", Kind.Int32, 3),
            Call("NoSuchFunction", Kind.Void), Call("EchoI32", Kind.Int32, "text"), Call("AddToStaticAndFail", Kind.Int32), Call("Add", Kind.Int32, 3, 4),
            Call("CallErrorMethod", Kind.Int32, "this"), Call("SetByteArrayToZero", Kind.Bytes, bytes), Call("Repeat", Kind.String, 100u),
            Call("Repeat", Kind.String, 70_000u), Call("RoundTripHostString", Kind.String, "there and back"),
            Call("EchoNine", Kind.String, -1, 2u, -3L, 4ul, 1.5f, 1e300, true, "t", bytes),
            Call("SumOfThirtyTwo", Kind.Int32, [.. Enumerable.Range(1, 32).Select(i => (Wire.GuestValue)i)]), Call("GetStatic", Kind.Int32),
        ];
        int without = 0;
        HotSandbox.UntilItIs(() =>
        {
            exitless.MakeHot();
            foreach (GuestInvocation call in calls)
            {
                Assert.Equal(Alone(plain, call), Alone(exitless, call));
                Assert.True(exitless.BuffersAreClean);
                exitless.MakeHot();
                Assert.Equal(Outcome(plain, call), Outcome(exitless, call));
                if (exitless.WasWithoutExit()) without++;
            }

            return without >= 20;
        });
    }

    [SkippableFact]
    public void A_snapshot_finds_the_guest_at_rest_and_a_restore_brings_it_back_from_wherever_it_is()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        sandbox.Call("SetStatic", 5);
        sandbox.Call("SetVectorRegister", 55UL);
        sandbox.MakeHot();
        Snapshot snapshot = sandbox.Snapshot();
        Assert.Same(snapshot, sandbox.Snapshot());
        for (int i = 0; i < 50; i++)
        {
            sandbox.Call("SetStatic", i);
            sandbox.Call("SetVectorRegister", (ulong)i);
            byte[] random = sandbox.Call<byte[]>("RandomBytes", 16u);
            sandbox.MakeHot();
            sandbox.Restore(snapshot);
            sandbox.MakeHot();
            Assert.Equal(5, sandbox.Call<int>("GetStatic"));
            Assert.Equal(55UL, sandbox.Call<ulong>("GetVectorRegister"));
            Assert.NotEqual(random, sandbox.Call<byte[]>("RandomBytes", 16u));
        }
    }

    [SkippableFact]
    public void Memory_is_mapped_for_a_guest_that_looks_for_its_next_call()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(GuestAddress.PageSize);
        memory.Slice(0, 1)[0] = 7;
        var start = new GuestAddress(0x1_0000_0000);
        sandbox.MakeHot();
        Snapshot before = sandbox.Snapshot();
        sandbox.MakeHot();
        sandbox.MapRegion(start, memory, MemoryAccess.Read);
        sandbox.MakeHot();
        Assert.Equal([7], sandbox.Call<byte[]>("ReadMappedBuffer", start.Value, 1UL));
        sandbox.MakeHot();
        sandbox.Restore(before);
        sandbox.MakeHot();
        Assert.Throws<GuestMemoryViolationException>(() => sandbox.Call<byte[]>("ReadMappedBuffer", start.Value, 1UL));
    }

    [SkippableFact]
    public void Batches_and_streams_go_between_calls_without_exits()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        GuestInvocation[] calls = [.. Enumerable.Range(0, 20).Select(_ => Call("AddToStatic", Kind.Int32, 1))];
        for (int i = 0; i < 20; i++)
        {
            sandbox.MakeHot();
            List<string> ended = new TogetherAndAlone().Together(sandbox, batches: 1, calls);
            Assert.Equal(Enumerable.Range((20 * i) + 1, 20).Select(n => $"AddToStatic: {Wire.GuestValue.From(n)}"), ended);
            sandbox.MakeHot();
            var items = new List<int>();
            var options = new CallOptions
            {
                Items = item =>
                {
                    items.Add(item.AsInt32());
                    return ValueTask.FromResult(true);
                },
            };
            sandbox.Call("YieldNumbers", options, 3);
            Assert.Equal([0, 1, 2], items);
        }
    }

    [SkippableFact]
    public void Sandboxes_that_share_micro_VMs_are_parked_from_where_they_are()
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 2 });
        SandboxBuilder builder = HotSandbox.Builder().Pool(pool);
        List<Sandbox> sandboxes = [.. Enumerable.Range(0, 5).Select(_ => builder.Build())];
        var random = new Random(1);
        int[] expected = new int[sandboxes.Count];
        for (int i = 0; i < 300; i++)
        {
            int which = random.Next(sandboxes.Count);
            int calls = random.Next(1, 30);
            for (int call = 0; call < calls; call++) Assert.Equal(++expected[which], sandboxes[which].Call<int>("AddToStatic", 1));
        }

        Assert.InRange(pool.Report.Live, 1, 2);
        sandboxes.ForEach(sandbox => sandbox.Dispose());
    }

    [SkippableFact]
    public void Several_stay_inside_at_once_and_are_called_from_several_threads()
    {
        SandboxBuilder builder = HotSandbox.Builder();
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => builder.Build()).Select(sandbox => Task.Run(() =>
        {
            using (sandbox)
                for (int i = 1; i <= 5_000; i++) Assert.Equal(i, sandbox.Call<int>("AddToStatic", 1));
        }))];
        Assert.True(Task.WaitAll(callers, Bound));
    }

    [SkippableFact]
    public void Such_a_call_allocates_nothing_either()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        for (int i = 0; i < 5_000; i++) sandbox.Call<int>("EchoI32", i);
        HotSandbox.UntilItIs(() =>
        {
            sandbox.MakeHot();
            long before = GC.GetAllocatedBytesForCurrentThread();
            sandbox.Call<int>("EchoI32", 1);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (!sandbox.WasWithoutExit()) return false;
            Assert.Equal(0, allocated);
            return true;
        });
    }

    [SkippableFact]
    public void A_guest_of_an_sdk_that_knows_nothing_of_it_is_called_as_ever()
    {
        Skip.IfNot(SharedHypervisor.KvmAvailability.IsUsable, SharedHypervisor.KvmAvailability.Reason);
        var image = GuestImage.FromFile(Path.Combine(Repository.Root, "tests", "SandboxActors.EndToEnd.Tests", "Guests", "hello-without-polling.elf"));
        using Sandbox sandbox = new SandboxBuilder(SharedHypervisor.Kvm, image)
            .HostFunction("HostAdd", (int a, int b) => a + b).Exitless(TimeSpan.FromMilliseconds(1)).Build();
        Snapshot snapshot = sandbox.Snapshot();
        for (int i = 0; i < 3_000; i++)
        {
            Assert.Equal(i + 1, sandbox.Call<int>("Add", i, 1));
            Assert.Equal("Hello, you!", sandbox.Call<string>("Greet", "you"));
            if (i % 100 == 0) sandbox.Restore(snapshot);
        }
    }

    [Fact]
    public void In_software_where_an_exit_costs_nothing_the_option_has_no_effect()
    {
        using Sandbox sandbox = SimpleGuest.Builder("emulator").Exitless(TimeSpan.FromMilliseconds(1)).Build();
        Assert.Null(sandbox.Exitless);
        for (int i = 0; i < 100; i++) Assert.Equal(i, sandbox.Call<int>("EchoI32", i));
    }

    private static Sandbox WithHostFunctions(SandboxBuilder builder) => builder
        .HostFunction("HostAdd", (int a, int b) => a + b)
        .HostFunction("HostEchoString", (string text) => text)
        .HostFunction("ErrorMethod", int (string text) => throw new InvalidOperationException(text))
        .Build();

    private static string Outcome(Sandbox sandbox, GuestInvocation call)
    {
        try
        {
            return sandbox.Invoke(call.Function, call.ReturnType, call.Arguments.Span).ToString();
        }
        catch (SandboxException failure) when (failure is GuestErrorException or GuestCallRefusedException)
        {
            return failure.Message;
        }
    }
}
