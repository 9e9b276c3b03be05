using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Supervision;
using SandboxActors.Core;
using SandboxActors.Streams;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Guest functions as stages: order, demand, failures, and a downstream that wants no more.</summary>
public sealed class SandboxFlowSpec : SandboxTest
{
    private const string Waiting = "CallGivenParamlessHostFuncThatReturnsI64";

    private readonly Signal _yielded = new();
    private int _told;

    [SkippableTheory, OnEachBackend]
    public async Task Each_element_is_a_call_and_results_keep_the_order_of_their_elements(string backend)
    {
        List<SandboxRef> all = await CreateAsync(Start(backend), 3);
        int[] numbers = [.. Enumerable.Range(1, 100)];
        Assert.Equal(numbers, await RunAsync(Source.Repeat(1).Take(100), SandboxFlow.Call<int, int>(all[0], "AddToStatic")));
        Assert.Equal(numbers, await RunAsync(Source.From(numbers), SandboxFlow.CallAcross<int, int>(all, "EchoI32")));
        SandboxReport[] reports = await Task.WhenAll(all.Select(static sandbox => sandbox.StatusAsync().WaitAsync(Patience)));
        Assert.Equal([134, 33, 33], reports.Select(static report => report.Calls));
    }

    [SkippableTheory, OnEachBackend]
    public async Task As_many_calls_as_there_are_sandboxes_run_at_once_and_one_that_is_late_holds_the_order(string backend)
    {
        var arrived = new Signal();
        var first = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Sandboxes sandboxes = Start(backend);
        SandboxDefinition definition = sandboxes.Define("simple", s => s.HostFunction("HostEchoI32", (int item) =>
        {
            arrived.Give();
            return item == 0 ? first.Task : Task.FromResult(item);
        }));
        var all = new List<SandboxRef>();
        for (int i = 0; i < 3; i++) all.Add(await sandboxes.CreateAsync(definition, $"s{i}").WaitAsync(Patience));
        DemandProbe<int> probe = Probe(Source.From(Enumerable.Range(0, 30)), SandboxFlow.CallAcross<int, int>(all, "RoundTripHostI32"));
        await probe.RequestAsync(30);
        for (int i = 0; i < 3; i++) await arrived.WaitAsync();
        Assert.False(arrived.TryTake());
        Assert.False(probe.HasMore);
        first.SetResult(0);
        for (int i = 0; i < 30; i++) Assert.Equal(i, await probe.NextAsync());
        await probe.EndAsync();
    }

    [SkippableTheory, OnEachBackend]
    public async Task Each_element_is_a_stream_and_their_items_follow_each_other(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        IEnumerable<int> expected = Enumerable.Range(0, 20).SelectMany(static count => Enumerable.Range(0, count));
        Assert.Equal(expected, await RunAsync(Source.From(Enumerable.Range(0, 20)), SandboxFlow.Stream<int, int>(sandbox, "YieldNumbers")));

        Source<int, NotUsed> source = SandboxSource.From<int>(sandbox, "YieldNumbers", new StreamOptions { Capacity = 1 }, 50);
        for (int i = 0; i < 2; i++) Assert.Equal(Enumerable.Range(0, 50), await RunAsync(source, Flow.Create<int>()));
        Assert.Equal(22, (await sandbox.StatusAsync().WaitAsync(Patience)).Calls);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Without_demand_no_guest_yields_on_than_its_items_have_room(string backend)
    {
        const int Capacity = 2;
        SandboxRef sandbox = await CreateAsync(backend, Telling);
        var options = new StreamOptions { Capacity = Capacity };
        DemandProbe<int> probe = Probe(Source.Single(1000), SandboxFlow.Stream<int, int>(sandbox, "YieldNumbersAndTell", options));
        for (int taken = 1; taken <= 30; taken++)
        {
            await probe.RequestAsync(1);
            Assert.Equal(taken - 1, await probe.NextAsync());
            while (Volatile.Read(ref _told) < taken + Capacity) await _yielded.WaitAsync();
            Assert.Equal(SandboxActorState.Running, (await sandbox.StatusAsync().WaitAsync(Patience)).State);
            Assert.Equal(taken + Capacity, Volatile.Read(ref _told));
            Assert.False(probe.HasMore);
        }

        await probe.CancelAsync();
        Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
        Assert.Equal(0, (await sandbox.StatusAsync().WaitAsync(Patience)).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Without_demand_no_call_is_made_but_one_for_each_of_several_sandboxes(string backend)
    {
        const int Demand = 20;
        List<SandboxRef> all = await CreateAsync(Start(backend), 3);
        Assert.Equal(Demand, await ElementsTakenAsync(SandboxFlow.Call<int, int>(all[0], "EchoI32")));
        Assert.InRange(await ElementsTakenAsync(SandboxFlow.CallAcross<int, int>(all, "EchoI32")), Demand, Demand + all.Count);

        async Task<int> ElementsTakenAsync(Flow<int, int, NotUsed> flow)
        {
            int taken = 0;
            var probe = new DemandProbe<int>();
            Task upstreamEnded = Source.Repeat(1).Select(one => taken += one).WatchTermination(static (_, ended) => ended)
                .Via(flow).ToMaterialized(Sink.FromSubscriber(probe), Keep.Left).Run(Sys.Materializer());
            for (int i = 1; i <= Demand; i++)
            {
                await probe.RequestAsync(1);
                Assert.Equal(i, await probe.NextAsync());
            }

            await probe.CancelAsync();
            await upstreamEnded.WaitAsync(Patience); // the stage has done by then all that it did without demand
            return taken;
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_downstream_that_wants_no_more_has_the_guest_come_to_its_end(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Assert.Equal(3, await sandbox.CallAsync<int>("AddToStatic", 3).WaitAsync(Patience));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(
                Enumerable.Range(0, 10), await RunAsync(Source.Single(int.MaxValue), SandboxFlow.Stream<int, int>(sandbox, "YieldNumbers").Take(10)));
            Assert.Equal([0], await RunAsync(SandboxSource.From<int>(sandbox, "YieldForEver"), Flow.Create<int>().Take(1)));
        }

        Assert.Equal(3, await sandbox.CallAsync<int>("AddToStatic", 0).WaitAsync(Patience)); // no heal has taken its state
        Assert.Equal(0, (await sandbox.StatusAsync().WaitAsync(Patience)).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_downstream_may_cancel_while_an_item_is_waited_for(string backend)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Yielded", async (int _) =>
        {
            _yielded.Give();
            await gate.Task;
        }));
        var probe = new DemandProbe<int>();
        Task upstreamEnded = Source.Single(1000).Concat(Source.Never<int>()).WatchTermination(static (_, ended) => ended)
            .Via(SandboxFlow.Stream<int, int>(sandbox, "YieldNumbersAndTell"))
            .ToMaterialized(Sink.FromSubscriber(probe), Keep.Left).Run(Sys.Materializer());
        await probe.RequestAsync(2);
        Assert.Equal(0, await probe.NextAsync());
        await _yielded.WaitAsync();
        await probe.CancelAsync();
        await upstreamEnded.WaitAsync(Patience);
        gate.SetResult();
        Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
        Assert.Equal(0, (await sandbox.StatusAsync().WaitAsync(Patience)).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_downstream_that_cancels_ends_the_call_that_it_waited_for(string backend)
    {
        var arrived = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Wait", async (CancellationToken token) =>
        {
            arrived.Give();
            await Task.Delay(Timeout.Infinite, token);
            return 1L;
        }));
        DemandProbe<long> probe = Probe(Source.Repeat("Wait"), SandboxFlow.Call<string, long>(sandbox, Waiting));
        await probe.RequestAsync(1);
        await arrived.WaitAsync();
        await probe.CancelAsync();
        Assert.IsType<PoisonReason.CallerCancelled>(Next<SandboxEvents.Poisoned>().Reason);
        Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
        Assert.False(arrived.TryTake());
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_fails_fails_the_stream_with_its_own_exception(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        var error = await StreamFailsAsync<GuestErrorException>("YieldThenFail");
        Assert.Contains("after 3 items", error.Message, StringComparison.Ordinal);
        await StreamFailsAsync<GuestFaultException>("YieldThenFault");
        await StreamFailsAsync<StreamItemTypeException>("YieldNumbersThenText");

        Flow<byte[], byte[], NotUsed> cut = SandboxFlow.Call<byte[], byte[]>(sandbox, "24K_in_8K_out");
        for (int i = 0; i < 20; i++) // whether it has ended when it is looked at, or later
            await Assert.ThrowsAsync<GuestErrorException>(() => RunAsync(Source.Single(new byte[1]), cut));
        await Assert.ThrowsAsync<GuestCallRefusedException>(() => RunAsync(Source.Single(1), SandboxFlow.Call<int, int>(sandbox, "NoSuchFunction")));

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Flow<int, int, NotUsed> late = SandboxFlow.Call<int, int>(sandbox, "EchoI32", new CallOptions { Cancellation = cancelled.Token });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(Source.Single(1), late));

        Task<TException> StreamFailsAsync<TException>(string function)
            where TException : Exception =>
            Assert.ThrowsAsync<TException>(() => RunAsync(Source.Single(3), SandboxFlow.Stream<int, int>(sandbox, function)));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_failure_behind_those_that_have_not_ended_fails_the_stream_at_once(string backend)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Sandboxes sandboxes = Start(backend);
        SandboxDefinition definition = sandboxes.Define("simple", s => s
            .HostFunction("Wait", async (CancellationToken token) =>
            {
                arrived.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return 1L;
            })
            .HostFunction("Fail", async Task<long> () =>
            {
                await arrived.Task;
                throw new InvalidOperationException("on purpose");
            }));
        SandboxRef waits = await sandboxes.CreateAsync(definition, "waits").WaitAsync(Patience);
        SandboxRef fails = await sandboxes.CreateAsync(definition, "fails").WaitAsync(Patience);
        Flow<string, long, NotUsed> flow = SandboxFlow.CallAcross<string, long>([waits, fails], Waiting);
        Source<string, NotUsed> elements = Source.Single("Wait").Concat(Source.Single("Fail"));
        var error = await Assert.ThrowsAsync<GuestErrorException>(() => RunAsync(elements, flow));
        Assert.Contains("on purpose", error.Message, StringComparison.Ordinal);
        SandboxEvents.Poisoned poisoned = Next<SandboxEvents.Poisoned>();
        Assert.Equal("waits", poisoned.Name); // nobody wants its result any more
        Assert.IsType<PoisonReason.CallerCancelled>(poisoned.Reason);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_strategy_that_resumes_passes_over_what_failed_and_sees_the_calls_exception(string backend)
    {
        List<SandboxRef> all = await CreateAsync(Start(backend), 3);
        int asked = 0;
        Attributes resume = ActorAttributes.CreateSupervisionStrategy(failure =>
        {
            if (failure is not GuestErrorException) return Directive.Stop;
            Interlocked.Increment(ref asked);
            return Directive.Resume;
        });
        Flow<int, int, NotUsed> items = SandboxFlow.Stream<int, int>(all[0], "YieldThenFail").WithAttributes(resume);
        Assert.Equal([0, 0, 1, 0, 1, 2], await RunAsync(Source.From(Enumerable.Range(1, 3)), items));
        Assert.Equal(3, asked);

        var random = new Random(7);
        bool[] fails = [.. Enumerable.Range(0, 60).Select(_ => random.Next(3) == 0)];
        Flow<byte[], byte[], NotUsed> calls = SandboxFlow.CallAcross<byte[], byte[]>(all, "24K_in_8K_out").WithAttributes(resume);
        IEnumerable<byte[]> elements = fails.Select(static (isToFail, i) => Numbered((byte)i, isToFail ? 1 : 24 << 10));
        IReadOnlyList<byte[]> results = await RunAsync(Source.From(elements), calls);
        Assert.Equal(Enumerable.Range(0, 60).Where(i => !fails[i]), results.Select(static result => (int)result[0]));
        Assert.Equal(3 + fails.Count(static isToFail => isToFail), asked);

        static byte[] Numbered(byte number, int length)
        {
            byte[] bytes = new byte[length];
            Array.Fill(bytes, number);
            return bytes;
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_end_of_a_sandbox_is_the_end_of_its_stages(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, Telling);
        var options = new StreamOptions { Capacity = 1 };
        DemandProbe<int> probe = Probe(Source.Single(1000), SandboxFlow.Stream<int, int>(sandbox, "YieldNumbersAndTell", options));
        await probe.RequestAsync(1);
        Assert.Equal(0, await probe.NextAsync());
        while (Volatile.Read(ref _told) < 2) await _yielded.WaitAsync();
        await sandbox.StopAsync().WaitAsync(Patience);
        await probe.RequestAsync(10);
        Assert.Equal(1, await probe.NextAsync());
        await Assert.ThrowsAsync<SandboxStoppedException>(probe.DrainAsync);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => RunAsync(Source.Single(1), SandboxFlow.Call<int, int>(sandbox, "EchoI32")));
    }

    [Fact]
    public async Task Stages_that_cannot_be_are_refused_where_they_are_made()
    {
        SandboxRef sandbox = await CreateAsync("emulator");
        var taking = new CallOptions { Items = static _ => ValueTask.FromResult(true) };
        Assert.Throws<ArgumentException>(() => SandboxFlow.CallAcross<int, int>([], "EchoI32"));
        Assert.Throws<ArgumentException>(() => SandboxFlow.Call<int, int>(sandbox, "EchoI32", taking));
        Assert.Throws<ArgumentException>(() => SandboxFlow.Stream<int, int>(sandbox, "YieldNumbers", new StreamOptions { Call = taking }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SandboxFlow.Call<int, int>(sandbox, "EchoI32", new CallOptions { Timeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SandboxSource.From<int>(sandbox, "YieldNumbers", new StreamOptions { Capacity = 0 }, 1));
        Assert.Throws<NotSupportedException>(() => SandboxFlow.Call<DateTime, int>(sandbox, "EchoI32"));
        Assert.Throws<NotSupportedException>(() => SandboxFlow.Stream<int, DateTime>(sandbox, "YieldNumbers"));
        Assert.Throws<NotSupportedException>(() => SandboxSource.From<DateTime>(sandbox, "YieldForEver"));
    }

    private static async Task<List<SandboxRef>> CreateAsync(Sandboxes sandboxes, int count)
    {
        var all = new List<SandboxRef>();
        for (int i = 0; i < count; i++) all.Add(await sandboxes.CreateAsync("simple").WaitAsync(Patience));
        return all;
    }

    private void Telling(SandboxDefinitionBuilder definition) => definition.HostFunction("Yielded", (int item) =>
    {
        Volatile.Write(ref _told, item + 1);
        _yielded.Give();
    });

    private DemandProbe<TOut> Probe<TIn, TOut>(Source<TIn, NotUsed> source, Flow<TIn, TOut, NotUsed> flow)
    {
        var probe = new DemandProbe<TOut>();
        source.Via(flow).RunWith(Sink.FromSubscriber(probe), Sys.Materializer());
        return probe;
    }

    private async Task<IReadOnlyList<TOut>> RunAsync<TIn, TOut>(Source<TIn, NotUsed> source, Flow<TIn, TOut, NotUsed> flow) =>
        await source.Via(flow).RunWith(Sink.Seq<TOut>(), Sys.Materializer()).WaitAsync(Patience);
}
