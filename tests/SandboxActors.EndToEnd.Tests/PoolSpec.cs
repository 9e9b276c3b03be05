using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>More sandboxes than machines: who has one, who gives his away, and that nobody notices.</summary>
public sealed class PoolSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [SkippableTheory, OnEachBackend]
    public void More_sandboxes_than_machines_each_keep_their_state(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 3 });
        using Sandbox first = SimpleGuest.Builder(backend).Pool(pool).Build();
        Snapshot golden = first.Snapshot();
        var sandboxes = new List<Sandbox>();
        for (int i = 0; i < 20; i++) sandboxes.Add(i % 2 == 0 ? first.Fork(golden) : SimpleGuest.Builder(backend).Pool(pool).Build());
        int[] model = new int[sandboxes.Count];
        var taken = new (Snapshot Snapshot, int Value)?[sandboxes.Count];
        var random = new Random(11);
        for (int round = 0; round < 1000; round++)
        {
            int i = random.Next(sandboxes.Count);
            switch (random.Next(6))
            {
                case 0:
                    taken[i] = (sandboxes[i].Snapshot(), model[i]);
                    break;
                case 1 when taken[i] is { } kept:
                    sandboxes[i].Restore(kept.Snapshot);
                    model[i] = kept.Value;
                    break;
                case 2:
                    Snapshot before = sandboxes[i].Snapshot();
                    Assert.Throws<GuestAbortedException>(() => sandboxes[i].Call("guest_panic", "on purpose"));
                    sandboxes[i].Restore(before);
                    break;
                default:
                    model[i] += round;
                    Assert.Equal(model[i], sandboxes[i].Call<int>("AddToStatic", round));
                    break;
            }

            Assert.InRange(pool.Report.Live, 1, 3);
        }

        for (int i = 0; i < sandboxes.Count; i++) Assert.Equal(model[i], sandboxes[i].Call<int>("GetStatic"));
        Assert.Equal(3, pool.Report.Created);
        foreach (Sandbox sandbox in sandboxes) sandbox.Dispose();
    }

    [SkippableTheory, OnEachBackend]
    public void The_least_recently_used_is_parked_first(string backend)
    {
        var clock = new ManualClock();
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 3, Clock = clock });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox a = builder.Build();
        using Sandbox b = builder.Build();
        using Sandbox c = builder.Build();
        foreach (Sandbox used in new[] { c, a, b, a })
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            used.Call("NoOp");
        }

        using Sandbox d = builder.Build();
        Assert.Equal([false, false, true, false], new[] { a, b, c, d }.Select(s => s.IsParked));
        clock.Advance(TimeSpan.FromSeconds(1));
        c.Call("NoOp");
        Assert.Equal([false, true, false, false], new[] { a, b, c, d }.Select(s => s.IsParked));
        Assert.Equal(2, pool.Report.Parked);
    }

    [SkippableTheory, OnEachBackend]
    public void One_that_nobody_uses_for_some_time_is_parked(string backend)
    {
        var clock = new ManualClock();
        using var pool = new SandboxPool(new SandboxPoolOptions { ParkAfter = TimeSpan.FromSeconds(10), Clock = clock });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox idle = builder.Build();
        using Sandbox busy = builder.Build();
        idle.Call("SetStatic", 5);
        for (int second = 0; second < 20; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            busy.Call("NoOp");
            if (second < 9) Assert.False(idle.IsParked);
        }

        Assert.True(idle.IsParked);
        Assert.False(busy.IsParked);
        Assert.Equal((2, 1), (pool.Report.Live, pool.Report.Free));
        Assert.Equal(5, idle.Call<int>("GetStatic"));
        Assert.Equal(2, pool.Report.Created);
    }

    [SkippableTheory, OnEachBackend]
    public void Those_that_cannot_be_parked_keep_theirs_and_more_are_made(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        var sum = new TaskCompletionSource<int>();
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool).HostFunction("HostAdd", (int a, int b) => sum.Task);
        using Sandbox inCall = builder.Build();
        GuestCall call = inCall.Start("Add", Wire.GuestValueType.Int32, 1, 2);
        GuestStep step = call.Step();

        using Sandbox poisoned = builder.Build();
        Snapshot healthy = poisoned.Snapshot();
        Assert.Throws<GuestAbortedException>(() => poisoned.Call("guest_panic", "on purpose"));

        using Sandbox mapping = builder.Build();
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        mapping.MapRegion(new GuestAddress(0x1_0000_0000), memory, MemoryAccess.Read);

        using Sandbox last = builder.Build();
        Assert.Equal(4, pool.Report.Live);
        Assert.All(new[] { inCall, poisoned, mapping }, sandbox => Assert.False(sandbox.IsParked));

        sum.SetResult(3);
        Assert.True(step.Waiting!.Wait(Patience));
        Assert.Equal(3, call.Step().Value.AsInt32());
        poisoned.Restore(healthy);
        poisoned.Call("NoOp");
        Assert.Equal([0], mapping.Call<byte[]>("ReadMappedBuffer", 0x1_0000_0000UL, 1UL));
    }

    [SkippableTheory, OnEachBackend]
    public void What_reaches_a_sandbox_past_its_caller_reaches_a_parked_one_too(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox parked = builder.Build();
        using Sandbox other = builder.Build();
        Assert.True(parked.IsParked);

        Assert.Equal(KillOutcome.NothingRunning, parked.InterruptHandle.Kill().Result);
        Assert.Equal(SandboxStatus.Ready, parked.Status);
        parked.Preempt();
        GuestCall call = parked.Start("NoOp", Wire.GuestValueType.Void);
        Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
        Assert.Equal(GuestStepKind.Completed, call.Step().Kind);

        Assert.True(other.IsParked);
        other.Dispose();
        Assert.False(other.IsParked);
        Assert.Throws<ObjectDisposedException>(() => other.Call("NoOp"));
        other.Dispose();
    }

    [SkippableTheory, OnEachBackend]
    public void A_parked_sandbox_is_restored_without_a_machine(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox sandbox = builder.Build();
        Snapshot start = sandbox.Snapshot();
        sandbox.Call("SetStatic", 9);
        using Sandbox other = builder.Build();
        Assert.True(sandbox.IsParked);

        Snapshot nine = sandbox.Snapshot();
        Assert.Same(nine, sandbox.Snapshot());
        sandbox.Restore(start);
        Assert.True(sandbox.IsParked);
        Assert.Equal(0, sandbox.Call<int>("GetStatic"));
        sandbox.Restore(nine);
        Assert.Equal(9, sandbox.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public void Machines_of_one_guest_make_room_for_those_of_another(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 2 });
        SandboxBuilder small = SimpleGuest.Builder(backend).Pool(pool);
        SandboxBuilder large = SimpleGuest.Builder(backend).HeapSize(1 << 20).Pool(pool);
        using Sandbox one = small.Build();
        using (small.Build())
        {
        }

        Assert.Equal((2, 1), (pool.Report.Live, pool.Report.Free));
        using Sandbox two = large.Build(); // in place of the free one
        Assert.Equal((2, 0), (pool.Report.Live, pool.Report.Free));
        using Sandbox three = large.Build(); // the one of its own guest goes first
        Assert.Equal([false, true, false], new[] { one, two, three }.Select(s => s.IsParked));
        using Sandbox four = small.Build();
        two.Call("NoOp");
        one.Call("NoOp");
        Assert.InRange(pool.Report.Live, 1, 2);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Machines_that_are_kept_ready_have_run_and_are_made_again(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 10 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox first = builder.Build();
        first.Call("SetStatic", 4);
        Snapshot golden = first.Snapshot();

        await pool.KeepReady(builder, golden, 3).WaitAsync(Patience);
        Assert.Equal((4, 3, 3, 0), (pool.Report.Live, pool.Report.Free, pool.Report.Wanted, pool.Report.Missing));
        var forks = new List<Sandbox>();
        for (int i = 0; i < 5; i++)
        {
            forks.Add(builder.Fork(golden));
            Assert.Equal(4 + i, forks[^1].Call<int>("AddToStatic", i));
            Assert.True(SpinWait.SpinUntil(() => pool.Report.Free == 3, Patience));
        }

        // No more than there may be, whatever is asked for.
        await pool.KeepReady(builder, golden, 100).WaitAsync(Patience);
        Assert.Equal((10, 100, 100 - pool.Report.Free), (pool.Report.Live, pool.Report.Wanted, pool.Report.Missing));
        Assert.Null(pool.FillingFailure);
        forks.ForEach(fork => fork.Dispose());
    }

    [SkippableTheory, OnEachBackend]
    public async Task Keeping_ready_fails_as_making_a_sandbox_would(string backend)
    {
        using var pool = new SandboxPool();
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox first = builder.Build();
        Snapshot golden = first.Snapshot();
        SandboxBuilder ofAnother = new SandboxBuilder(Backends.Open(backend), GuestImage.FromFile(Guests.GuestFiles.Path("hello"))).Pool(pool);
        Assert.Throws<ArgumentException>(() => { _ = pool.KeepReady(ofAnother, golden, 1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = pool.KeepReady(builder, golden, -1); });

        using var arena = new GuestMemoryArena(8 << 20);
        SandboxBuilder starved = new SandboxBuilder(Backends.Open(backend), SimpleGuest.Image) { Arena = arena }.PrintTo(static _ => { }).Pool(pool);
        using Sandbox scarce = starved.Build();
        MachineException refused = await Assert.ThrowsAsync<MachineException>(() => pool.KeepReady(starved, scarce.Snapshot(), 100).WaitAsync(Patience));
        Assert.Same(refused, pool.FillingFailure);
        scarce.Call("NoOp");
    }

    [SkippableTheory, OnEachBackend]
    public void A_pool_that_is_disposed_lets_its_sandboxes_end_in_peace(string backend)
    {
        var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox parked = builder.Build();
        using Sandbox live = builder.Build();
        pool.Dispose();
        pool.Dispose();

        live.Call("NoOp");
        Assert.Throws<ObjectDisposedException>(() => parked.Call("NoOp"));
        Assert.Throws<ObjectDisposedException>(() => builder.Build());
        live.Dispose();
        Assert.Equal(0, pool.Report.Live);
    }

    [SkippableTheory, OnEachBackend]
    public void Many_threads_may_use_many_sandboxes_on_few_machines(string backend)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 3, ParkAfter = TimeSpan.FromMilliseconds(1) });
            using Sandbox first = SimpleGuest.Builder(backend).Pool(pool).Build();
            Snapshot golden = first.Snapshot();

            // Four threads with six sandboxes each: a sandbox has one caller, and whoever parks it is none.
            Task[] callers = [.. Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                var random = new Random((seed * 100) + thread);
                Sandbox[] own = [.. Enumerable.Range(0, 6).Select(_ => first.Fork(golden))];
                int[] model = new int[own.Length];
                for (int round = 0; round < 150; round++)
                {
                    int i = random.Next(own.Length);
                    switch (random.Next(8))
                    {
                        case 0:
                            own[i].Dispose();
                            own[i] = first.Fork(golden);
                            model[i] = 0;
                            break;
                        case 1:
                            own[i].Preempt();
                            break;
                        case 2:
                            Assert.NotNull(own[i].Snapshot());
                            break;
                        default:
                            Assert.Equal(model[i] += round, own[i].Call<int>("AddToStatic", round));
                            break;
                    }
                }

                foreach (Sandbox sandbox in own) sandbox.Dispose();
            }))];
            Assert.True(Task.WaitAll(callers, Patience));
            first.Dispose();
            Assert.Equal(pool.Report.Live, pool.Report.Free);
            Assert.InRange(pool.Report.Live, 0, 3);
        }
    }
}
