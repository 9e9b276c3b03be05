using System.Collections.Concurrent;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Tests;

/// <summary>Results that come item by item: order, back-pressure, and every end that a stream can have.</summary>
public sealed class StreamSpec : SandboxTest
{
    private const int Many = 1000;

    private readonly Signal _yielded = new();
    private int _told;

    [SkippableTheory, OnEachBackend]
    public async Task Items_come_in_order_and_each_enumeration_is_a_call(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        IAsyncEnumerable<int> numbers = sandbox.StreamAsync<int>("YieldNumbers", Many);
        for (int i = 0; i < 2; i++) Assert.Equal(Enumerable.Range(0, Many), await ToListAsync(numbers));
        Assert.Empty(await ToListAsync(sandbox.StreamAsync<int>("YieldNumbers", 0)));
        Assert.Equal((3L, 0L), await CountsAsync(sandbox));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Items_of_every_type_come_as_they_were(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await TwiceAsync("I32", int.MinValue, int.MinValue);
        await TwiceAsync("U32", uint.MaxValue, uint.MaxValue);
        await TwiceAsync("I64", long.MinValue, long.MinValue);
        await TwiceAsync("U64", ulong.MaxValue, ulong.MaxValue);
        await TwiceAsync("F32", -0.0f, -0.0f);
        await TwiceAsync("F64", double.NaN, double.NaN);
        await TwiceAsync("Bool", true, true);
        await TwiceAsync("String", "zwei\0mal", "zwei\0mal");
        await TwiceAsync<byte[]>("VecBytes", new byte[] { 0, 1, 255 }, [0, 1, 255]);
        Assert.Throws<NotSupportedException>(() => sandbox.StreamAsync<DateTime>("YieldNumbers", 1));

        async Task TwiceAsync<T>(string suffix, GuestValue argument, T expected) =>
            Assert.Equal([expected, expected], await ToListAsync(sandbox.StreamAsync<T>("YieldTwice" + suffix, argument)));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Large_items_come_whole(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        const int Size = 48 << 10;
        List<byte[]> items = await ToListAsync(sandbox.StreamAsync<byte[]>("YieldBytes", 20, (uint)Size));
        Assert.Equal(20, items.Count);
        for (int i = 0; i < 20; i++) Assert.Equal((Size, -1), (items[i].Length, items[i].AsSpan().IndexOfAnyExcept((byte)i)));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_is_paused_while_its_consumer_is_slow_and_holds_no_thread(string backend)
    {
        Sandboxes sandboxes = Start(backend, s => s with { GuestThreads = 1 });
        SandboxRef sandbox = await sandboxes.CreateAsync("simple", Telling).WaitAsync(Patience);
        SandboxRef other = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        const int Capacity = 3;
        await using IAsyncEnumerator<int> items =
            sandbox.StreamAsync<int>("YieldNumbersAndTell", new StreamOptions { Capacity = Capacity }, 100).GetAsyncEnumerator();
        Task<int>? behind = null;
        for (int taken = 1; taken <= 50; taken++)
        {
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
            Assert.Equal(taken - 1, items.Current);
            behind ??= sandbox.CallAsync<int>("AddToStatic", 1);

            // It yields on until nothing more fits: those taken, those that wait, and then it waits itself.
            while (Volatile.Read(ref _told) < taken + Capacity) await _yielded.WaitAsync();
            await other.CallAsync("NoOp").WaitAsync(Patience);
            Assert.Equal(SandboxActorState.Running, (await sandbox.StatusAsync().WaitAsync(Patience)).State);
            Assert.Equal(taken + Capacity, Volatile.Read(ref _told));
        }

        Assert.False(behind!.IsCompleted);
        for (int taken = 51; taken <= 100; taken++) Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
        Assert.False(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
        Assert.Equal(1, await behind.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_consumer_who_stops_early_leaves_the_sandbox_well(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await foreach (int item in sandbox.StreamAsync<int>("YieldForEver"))
            if (item == 100) break;
        Assert.Equal(1, await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));
        Assert.Equal((2L, 0L), await CountsAsync(sandbox));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_does_not_listen_is_ended_and_healed(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await foreach (int item in sandbox.StreamAsync<int>("YieldWhateverIsSaid")) break;
        Assert.Equal(1, await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));
        Assert.IsType<PoisonReason.CallerCancelled>(Next<SandboxEvents.Poisoned>().Reason);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_fails_after_items_gives_them_first(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        var items = new List<int>();
        var error = await Assert.ThrowsAsync<GuestErrorException>(() => CollectAsync(sandbox.StreamAsync<int>("YieldThenFail", 5), items));
        Assert.Contains("after 5 items", error.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 5), items);

        items.Clear();
        await Assert.ThrowsAsync<GuestFaultException>(() => CollectAsync(sandbox.StreamAsync<int>("YieldThenFault", 5), items));
        Assert.Equal(Enumerable.Range(0, 5), items);
        await sandbox.CallAsync("NoOp").WaitAsync(Patience);
        Assert.Equal(1, (await CountsAsync(sandbox)).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Whatever_ends_a_call_ends_its_stream_though_the_guest_is_paused(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, Telling);
        var one = new StreamOptions { Capacity = 1 };
        await EndAsync<GuestKilledException>(one, _ => sandbox.KillAsync());
        await EndAsync<GuestDeadlineExceededException>(one with { Call = new CallOptions { Timeout = TimeSpan.FromMilliseconds(200) } }, _ => Task.Run(() =>
        {
            while (Next<SandboxEvents.Poisoned>().Reason is not PoisonReason.DeadlineExceeded)
            {
            }
        }));
        await EndAsync<OperationCanceledException>(one, cancellation => cancellation.CancelAsync());
        await EndAsync<SandboxStoppedException>(one, _ => sandbox.StopAsync());

        async Task EndAsync<TException>(StreamOptions options, Func<CancellationTokenSource, Task> end)
            where TException : Exception
        {
            Volatile.Write(ref _told, 0);
            using var cancellation = new CancellationTokenSource();
            await using IAsyncEnumerator<int> items = sandbox.StreamAsync<int>("YieldNumbersAndTell", options, 100).GetAsyncEnumerator(cancellation.Token);
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
            while (Volatile.Read(ref _told) < 2) await _yielded.WaitAsync();
            await end(cancellation).WaitAsync(Patience);
            await Assert.ThrowsAnyAsync<TException>(async () =>
            {
                while (await items.MoveNextAsync().AsTask().WaitAsync(Patience))
                {
                }
            });
            while (_yielded.TryTake())
            {
            }
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_yield_that_cannot_be_is_an_error_that_the_guest_can_handle(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await FailsAsync("not called as a stream", () => sandbox.CallAsync("YieldNumbers", 1));
        await FailsAsync("the items of this stream are String, not Int32", () => ToListAsync(sandbox.StreamAsync<string>("YieldNumbers", 1)));
        await FailsAsync("not 0", () => ToListAsync(sandbox.StreamAsync<int>("YieldNothing")));
        await FailsAsync("not 2", () => ToListAsync(sandbox.StreamAsync<int>("YieldTwoAtOnce")));
        await FailsAsync("not Int32", () => ToListAsync(sandbox.StreamAsync<int>("YieldForANumber")));
        Assert.Equal((5L, 0L), await CountsAsync(sandbox));

        static async Task FailsAsync(string why, Func<Task> call)
        {
            var error = await Assert.ThrowsAsync<GuestErrorException>(() => call().WaitAsync(Patience));
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_name_that_guests_yield_by_and_options_that_cannot_be_are_refused()
    {
        Sandboxes sandboxes = Start("emulator");
        Assert.Throws<ArgumentException>(() => sandboxes.Define("simple", s => s.HostFunction("sandbox.yield", (int item) => true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamOptions { Capacity = 0 }.Validate());
        Assert.Throws<ArgumentException>(() => new StreamOptions { Call = new CallOptions { Items = static _ => ValueTask.FromResult(true) } }.Validate());
    }

    [SkippableTheory, OnEachBackend(1), OnEachBackend(2)]
    public async Task Consumers_of_all_kinds_lose_nothing_and_leave_every_sandbox_well(string backend, int seed)
    {
        Sandboxes sandboxes = Start(backend, s => s with
        {
            GuestThreads = 2,
            Healing = s.Healing with { MaximumRestores = HealingSettings.Unlimited, MinimumBackoff = TimeSpan.FromMilliseconds(1), MaximumBackoff = TimeSpan.FromMilliseconds(1) },
        });
        var all = new List<SandboxRef>();
        for (int i = 0; i < 5; i++) all.Add(await sandboxes.CreateAsync("simple").WaitAsync(Patience));
        await Task.WhenAll(all.Select((sandbox, i) => Task.Run(() => ConsumeAsync(sandbox, new Random((100 * seed) + i))))).WaitAsync(Patience);
        foreach (SandboxRef sandbox in all) Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
    }

    private static async Task ConsumeAsync(SandboxRef sandbox, Random random)
    {
        for (int i = 0; i < 60; i++)
        {
            int count = random.Next(60);
            int stopAt = random.Next(80);
            bool cancels = random.Next(4) == 0;
            using var cancellation = new CancellationTokenSource();
            IAsyncEnumerable<int> stream = sandbox.StreamAsync<int>("YieldNumbers", new StreamOptions { Capacity = random.Next(1, 20) }, count);
            int next = 0;
            try
            {
                await foreach (int item in stream.WithCancellation(cancellation.Token))
                {
                    Assert.Equal(next++, item);
                    if (random.Next(8) == 0) await Task.Yield();
                    if (item != stopAt) continue;
                    if (!cancels) break;
                    await cancellation.CancelAsync();
                }
            }
            catch (OperationCanceledException) when (cancels)
            {
            }

            Assert.Equal(stopAt < count ? stopAt + 1 : count, next);
        }
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> stream)
    {
        var items = new List<T>();
        await CollectAsync(stream, items).WaitAsync(Patience);
        return items;
    }

    private static async Task CollectAsync<T>(IAsyncEnumerable<T> stream, List<T> items)
    {
        await foreach (T item in stream) items.Add(item);
    }

    private static async Task<(long Calls, long Poisonings)> CountsAsync(SandboxRef sandbox)
    {
        SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
        return (report.Calls, report.Poisonings);
    }

    private void Telling(SandboxDefinitionBuilder definition) => definition.HostFunction("Yielded", (int item) =>
    {
        Volatile.Write(ref _told, item + 1);
        _yielded.Give();
    });
}
