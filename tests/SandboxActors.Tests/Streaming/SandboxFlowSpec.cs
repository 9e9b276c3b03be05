using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Util;
using SandboxActors.Core;
using SandboxActors.Streams;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Guest functions as stages: order, demand, failures, and a downstream that wants no more.</summary>
public sealed class SandboxFlowSpec : SandboxTest
{
    [SkippableTheory, OnEachBackend]
    public async Task Each_element_is_a_call_and_results_keep_the_order_of_their_elements(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        var all = new List<SandboxRef>();
        for (int i = 0; i < 3; i++) all.Add(await sandboxes.CreateAsync("simple").WaitAsync(Patience));
        Assert.Equal(Enumerable.Range(1, 100), await RunAsync(Source.Repeat(1).Take(100), SandboxFlow.Call<int, int>(all[0], "AddToStatic")));
        Assert.Equal(Enumerable.Range(1, 100), await RunAsync(Source.From(Enumerable.Range(1, 100)), SandboxFlow.CallAcross<int, int>(all, "EchoI32")));
        foreach (SandboxRef sandbox in all) Assert.InRange((await sandbox.StatusAsync().WaitAsync(Patience)).Calls, 33, 134);
        Assert.Throws<ArgumentException>(() => SandboxFlow.CallAcross<int, int>([], "EchoI32"));
        Assert.Throws<NotSupportedException>(() => SandboxFlow.Call<DateTime, int>(all[0], "EchoI32"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Each_element_is_a_stream_and_their_items_follow_each_other(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        IEnumerable<int> expected = Enumerable.Range(0, 20).SelectMany(static count => Enumerable.Range(0, count));
        Assert.Equal(expected, await RunAsync(Source.From(Enumerable.Range(0, 20)), SandboxFlow.Stream<int, int>(sandbox, "YieldNumbers")));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Without_demand_no_call_is_made_and_no_guest_yields_on(string backend)
    {
        int told = 0;
        var yielded = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Yielded", (int item) =>
        {
            Volatile.Write(ref told, item + 1);
            yielded.Give();
        }));
        ISinkQueue<int> queue = Source.Single(1000)
            .Via(SandboxFlow.Stream<int, int>(sandbox, "YieldNumbersAndTell", new StreamOptions { Capacity = 2 }))
            .RunWith(Sink.Queue<int>().WithAttributes(Attributes.CreateInputBuffer(1, 1)), Sys.Materializer());
        for (int taken = 1; taken <= 30; taken++)
        {
            Option<int> item = await Pull(queue);
            Assert.Equal(taken - 1, item.Value);
            while (Volatile.Read(ref told) < taken + 2) await yielded.WaitAsync();

            // What the stages between hold back is theirs to say, but it does not grow with what the guest could give.
            await sandbox.StatusAsync().WaitAsync(Patience);
            Assert.InRange(Volatile.Read(ref told), taken + 2, taken + 2 + 20);
        }

        Assert.Equal(SandboxActorState.Running, (await sandbox.StatusAsync().WaitAsync(Patience)).State);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_downstream_that_wants_no_more_has_the_guest_come_to_its_end(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Assert.Equal(
            Enumerable.Range(0, 10), await RunAsync(Source.Single(0), Flow.Create<int>().Select(static _ => int.MaxValue).Via(SandboxFlow.Stream<int, int>(sandbox, "YieldNumbers")).Take(10)));
        Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_fails_fails_the_stream_unless_its_strategy_says_otherwise(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Source<int, NotUsed> three = Source.From(Enumerable.Range(1, 3));
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(three, SandboxFlow.Stream<int, int>(sandbox, "YieldThenFail")));
        Assert.IsType<GuestErrorException>(failure is AggregateException all ? all.Flatten().InnerException : failure);

        Flow<int, int, NotUsed> flow = SandboxFlow.Call<int, int>(sandbox, "AddToStaticAndFail")
            .WithAttributes(ActorAttributes.CreateSupervisionStrategy(static _ => Akka.Streams.Supervision.Directive.Resume));
        Assert.Empty(await RunAsync(three, flow));
        Assert.Equal(4, (await sandbox.StatusAsync().WaitAsync(Patience)).Calls);
    }

    private static async Task<Option<int>> Pull(ISinkQueue<int> queue) => await queue.PullAsync().WaitAsync(Patience);

    private async Task<IReadOnlyList<int>> RunAsync<TMat>(Source<int, TMat> source, Flow<int, int, NotUsed> flow) =>
        await source.Via(flow).RunWith(Sink.Seq<int>(), Sys.Materializer()).WaitAsync(Patience);
}
