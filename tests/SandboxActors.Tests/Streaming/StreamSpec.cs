using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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
        await TwiceAsync("F32", 1.5f, 1.5f);
        await TwiceAsync("F64", -1.5, -1.5);
        await TwiceAsync("Bool", true, true);
        await TwiceAsync("String", "zwei\0mal", "zwei\0mal");
        await TwiceAsync<byte[]>("VecBytes", new byte[] { 0, 1, 255 }, [0, 1, 255]);
        Assert.Throws<NotSupportedException>(() => sandbox.StreamAsync<DateTime>("YieldNumbers", 1));

        // To the last bit, which equality does not look at.
        const uint Payload = 0xFFC1_2345;
        List<float> payloads = await ToListAsync(sandbox.StreamAsync<float>("YieldTwiceF32", BitConverter.UInt32BitsToSingle(Payload)));
        Assert.Equal([Payload, Payload], payloads.Select(BitConverter.SingleToUInt32Bits));
        Assert.Equal([true, true], (await ToListAsync(sandbox.StreamAsync<double>("YieldTwiceF64", -0.0))).Select(double.IsNegative));

        async Task TwiceAsync<T>(string suffix, GuestValue argument, T expected) =>
            Assert.Equal([expected, expected], await ToListAsync(sandbox.StreamAsync<T>("YieldTwice" + suffix, argument)));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Large_items_come_whole(string backend)
    {
        const int Size = 64 << 10;
        SandboxRef sandbox = await CreateAsync(backend, s => s.OutputBufferSize(Size + 4096));
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
        StreamOptions shortly = one with { Call = new CallOptions { Timeout = TimeSpan.FromMilliseconds(200) } };
        await EndAsync<GuestDeadlineExceededException>(shortly, _ => Task.Run(() =>
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
            await using IAsyncEnumerator<int> items =
                sandbox.StreamAsync<int>("YieldNumbersAndTell", options, 100).GetAsyncEnumerator(cancellation.Token);
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
        await FailsAsync("not 0", () => ToListAsync(sandbox.StreamAsync<int>("YieldNothing")));
        await FailsAsync("not 2", () => ToListAsync(sandbox.StreamAsync<int>("YieldTwoAtOnce")));
        await FailsAsync("not Int32", () => ToListAsync(sandbox.StreamAsync<int>("YieldForANumber")));
        await FailsAsync("does not fit the output buffer", () => ToListAsync(sandbox.StreamAsync<byte[]>("YieldBytes", 1, 128u << 10)));
        Assert.Equal((5L, 0L), await CountsAsync(sandbox));

        static async Task FailsAsync(string why, Func<Task> call)
        {
            var error = await Assert.ThrowsAsync<GuestErrorException>(() => call().WaitAsync(Patience));
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task An_item_of_another_type_ends_the_stream_whatever_the_guest_makes_of_it(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        var items = new List<int>();
        IAsyncEnumerable<int> stream = sandbox.StreamAsync<int>("YieldNumbersThenText", 5);
        var failure = await Assert.ThrowsAsync<StreamItemTypeException>(() => CollectAsync(stream, items));
        Assert.Equal(("YieldNumbersThenText", GuestValueType.Int32, GuestValueType.String), (failure.Function, failure.Expected, failure.Actual));
        Assert.Equal(Enumerable.Range(0, 5), items);
        await Assert.ThrowsAsync<StreamItemTypeException>(() => ToListAsync(sandbox.StreamAsync<string>("YieldNumbers", 1)));
        await sandbox.CallAsync("NoOp").WaitAsync(Patience);
        Assert.Equal((3L, 0L), await CountsAsync(sandbox));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_consumer_may_leave_while_it_waits_for_an_item(string backend)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("Yielded", async (int _) =>
        {
            _yielded.Give();
            await gate.Task;
        }));
        IAsyncEnumerator<int> items = sandbox.StreamAsync<int>("YieldNumbersAndTell", Many).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
        await _yielded.WaitAsync();
        Task<bool> next = items.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await items.DisposeAsync();
        Assert.False(await next.WaitAsync(Patience));
        Assert.False(await items.MoveNextAsync());

        gate.SetResult();
        await sandbox.CallAsync("NoOp").WaitAsync(Patience);
        Assert.Equal((2L, 0L), await CountsAsync(sandbox));
        Assert.False(_yielded.TryTake()); // its second yield was told, so that it did not come to tell
    }

    [SkippableTheory, OnEachBackend]
    public async Task Whoever_cancels_gets_no_more_items_and_knows_his_token(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        using var bound = new CancellationTokenSource();
        using var own = new CancellationTokenSource();
        foreach (CancellationTokenSource cancelled in (CancellationTokenSource[])[own, bound])
        {
            var options = new StreamOptions { Call = new CallOptions { Cancellation = bound.Token } };
            await using IAsyncEnumerator<int> items =
                sandbox.StreamAsync<int>("YieldForEver", options).GetAsyncEnumerator(cancelled == own ? own.Token : default);
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
            await cancelled.CancelAsync();
            var failure = await Assert.ThrowsAsync<OperationCanceledException>(() => items.MoveNextAsync().AsTask().WaitAsync(Patience));
            Assert.Equal(cancelled.Token, failure.CancellationToken);
            Assert.False(await items.MoveNextAsync());
            Assert.IsType<PoisonReason.CallerCancelled>(Next<SandboxEvents.Poisoned>().Reason);
        }

        // One that is cancelled before it comes to its turn does not run.
        long calls = (await CountsAsync(sandbox)).Calls;
        ConfiguredCancelableAsyncEnumerable<int> late = sandbox.StreamAsync<int>("YieldForEver").WithCancellation(own.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CollectAsync(late));
        await sandbox.CallAsync("NoOp").WaitAsync(Patience);
        Assert.Equal(calls + 1, (await CountsAsync(sandbox)).Calls);
    }

    [SkippableTheory, OnEachBackend]
    public async Task What_takes_the_items_of_a_call_cannot_wait_for_the_sandbox_that_waits_for_it(string backend)
    {
        SandboxRef sandbox = await Start(backend).CreateAsync("simple").WaitAsync(Patience); // with no host function of its own
        var options = new CallOptions { Items = async _ => await sandbox.CallAsync<int>("EchoI32", 1) == 1 };
        var error = await Assert.ThrowsAsync<GuestErrorException>(() => sandbox.CallAsync("YieldNumbers", options, 1).WaitAsync(Patience));
        Assert.Contains("busy", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableTheory, OnEachBackend]
    public async Task How_the_call_of_a_consumer_who_has_left_ends_is_nobodys_unobserved_failure(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        var unobserved = new ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, failure) =>
        {
            foreach (Exception inner in failure.Exception.InnerExceptions)
                if (inner is GuestCallCancelledException or GuestErrorException) unobserved.Enqueue(inner);
        };
        TaskScheduler.UnobservedTaskException += handler;
        try
        {
            await foreach (int _ in sandbox.StreamAsync<int>("YieldWhateverIsSaid")) break;
            await sandbox.CallAsync("NoOp").WaitAsync(Patience);
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_consumer_who_is_gone_without_a_word_is_no_worse_than_a_host_function_that_never_returns(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, Telling);
        var options = new StreamOptions { Capacity = 1 };
        IAsyncEnumerable<int> stream = sandbox.StreamAsync<int>("YieldNumbersAndTell", options, Many);
        Assert.True(await stream.GetAsyncEnumerator().MoveNextAsync().AsTask().WaitAsync(Patience));
        while (Volatile.Read(ref _told) < 2) await _yielded.WaitAsync();
        Task<int> behind = sandbox.CallAsync<int>("EchoI32", 7);
        Assert.Equal(SandboxActorState.Running, (await sandbox.StatusAsync().WaitAsync(Patience)).State);
        Assert.Equal(KillOutcome.Killed, await sandbox.KillAsync().WaitAsync(Patience));
        Assert.Equal(7, await behind.WaitAsync(Patience));
    }

    [Fact]
    public void The_name_that_guests_yield_by_and_options_that_cannot_be_are_refused()
    {
        Sandboxes sandboxes = Start("emulator");
        Assert.Throws<ArgumentException>(() => sandboxes.Define("simple", s => s.HostFunction("sandbox.yield", (int item) => true)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamOptions { Capacity = 0 }.Validate());
        var taking = new CallOptions { Items = static _ => ValueTask.FromResult(true) };
        Assert.Throws<ArgumentException>(() => new StreamOptions { Call = taking }.Validate());
    }

    [SkippableTheory, OnEachBackend(1), OnEachBackend(2)]
    public async Task Consumers_of_all_kinds_lose_nothing_and_leave_every_sandbox_well(string backend, int seed)
    {
        TimeSpan shortest = TimeSpan.FromMilliseconds(1);
        Sandboxes sandboxes = Start(backend, s => s with
        {
            GuestThreads = 2,
            Healing = s.Healing with { MaximumRestores = HealingSettings.Unlimited, MinimumBackoff = shortest, MaximumBackoff = shortest },
        });
        var all = new List<SandboxRef>();
        for (int i = 0; i < 5; i++) all.Add(await sandboxes.CreateAsync("simple").WaitAsync(Patience));
        await Task.WhenAll(all.Select((sandbox, i) => Task.Run(() => ConsumeAsync(sandbox, new Random((100 * seed) + i))))).WaitAsync(Patience);
        foreach (SandboxRef sandbox in all) Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend(1), OnEachBackend(2)]
    public async Task Consumers_who_leave_at_any_moment_cost_no_sandbox_its_state(string backend, int seed)
    {
        Sandboxes sandboxes = Start(backend, static s => s with { GuestThreads = 2 });
        var random = new Random(seed);
        SandboxRef sandbox = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        for (int round = 1; round <= 100; round++)
        {
            var options = new StreamOptions { Capacity = random.Next(1, 4) };
            IAsyncEnumerator<int> items = sandbox.StreamAsync<int>("YieldForEver", options).GetAsyncEnumerator();
            int delay = random.Next(20_000);
            Task leave = Task.Run(async () =>
            {
                Thread.SpinWait(delay);
                await items.DisposeAsync();
            });
            int next = 0;
            while (await items.MoveNextAsync().AsTask().WaitAsync(Patience)) Assert.Equal(next++, items.Current);
            await leave.WaitAsync(Patience);
            Assert.Equal(round, await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience));
        }

        Assert.Equal(0, (await CountsAsync(sandbox)).Poisonings);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_yield_that_is_no_message_poisons_as_any_host_call_does(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        byte[] yield = new MessageWriter().WriteCall("sandbox.yield", GuestValueType.Boolean, [7])[sizeof(uint)..].ToArray();
        const uint HostCallPort = 0xE1;

        // Whole, it is a yield, though the guest function behind it looks for no answer.
        IAsyncEnumerator<int> items = sandbox.StreamAsync<int>("EmitRaw", HostCallPort, yield, 0u).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
        Assert.Equal(7, items.Current);
        await items.DisposeAsync();

        for (int length = 0; length < yield.Length; length += 4)
        {
            IAsyncEnumerable<int> cut = sandbox.StreamAsync<int>("EmitRaw", HostCallPort, yield[..length], 0u);
            await Assert.ThrowsAsync<GuestProtocolException>(() => ToListAsync(cut));
            await sandbox.CallAsync("NoOp").WaitAsync(Patience);
        }
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

    private static async Task CollectAsync<T>(ConfiguredCancelableAsyncEnumerable<T> stream)
    {
        await foreach (T item in stream) Assert.NotNull(item);
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
