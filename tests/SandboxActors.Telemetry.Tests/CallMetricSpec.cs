using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What an operator's meter says of calls.</summary>
public sealed class CallMetricSpec : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly Metering _metering = new();

    public void Dispose() => _metering.Dispose();

    [SkippableTheory]
    [OnEachBackend("NoOp", "completed")]
    [OnEachBackend("AddToStaticAndFail", "guest_error")]
    [OnEachBackend("NoSuchFunction", "refused")]
    [OnEachBackend("TriggerException", "poisoned")]
    public void A_call_is_counted_once_by_its_outcome(string backend, string function, string outcome)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Record.Exception(() => sandbox.Invoke(function, function == "AddToStaticAndFail" ? GuestValueType.Int32 : GuestValueType.Void));
        Assert.Equal(1, _metering.Count("sandbox.calls", $"outcome={outcome}"));
        Assert.Equal([$"outcome={outcome}"], _metering.Labels("sandbox.calls"));
        Assert.Equal(1, _metering.Recorded("sandbox.call.duration", $"outcome={outcome}").Count);
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_that_does_not_fit_is_refused(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.Throws<GuestCallRefusedException>(() => sandbox.Call("LargeParameters", new byte[100_000], ""));
        Assert.Equal(1, _metering.Count("sandbox.calls", "outcome=refused"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_that_the_host_ends_is_ended(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.Throws<GuestDeadlineExceededException>(() => sandbox.Call("Spin", new CallOptions { Timeout = TimeSpan.FromMilliseconds(1) }));
        Assert.Equal(1, _metering.Count("sandbox.calls", "outcome=ended"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_whose_sandbox_goes_is_abandoned(string backend)
    {
        Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int _, int _) => new TaskCompletionSource<int>().Task).Build();
        Assert.Equal(GuestStepKind.Waiting, sandbox.Start("Add", GuestValueType.Int32, 1, 2).Step().Kind);
        sandbox.Dispose();
        Assert.Equal(1, _metering.Count("sandbox.calls", "outcome=abandoned"));
        Assert.Equal(1, _metering.Recorded("sandbox.host_function.duration", "outcome=abandoned").Count);
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_lasts_from_its_start_to_its_end_with_what_it_waits_for(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Clock(_clock).HostFunction("HostAdd", Slowly).Build();
        Assert.Equal(3, sandbox.Call<int>("Add", 1, 2));
        Assert.Equal((1, 3.0), _metering.Recorded("sandbox.call.duration", "outcome=completed"));
        Assert.Equal((1, 3.0), _metering.Recorded("sandbox.host_function.duration", "outcome=completed"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_host_function_lasts_until_its_task_has_completed(string backend)
    {
        var answer = new TaskCompletionSource<int>();
        using Sandbox sandbox = SimpleGuest.Builder(backend).Clock(_clock).HostFunction("HostAdd", (int _, int _) => answer.Task).Build();
        GuestCall call = sandbox.Start("Add", GuestValueType.Int32, 1, 2);
        GuestStep waiting = call.Step();
        _clock.Advance(TimeSpan.FromSeconds(7));
        answer.SetResult(3);
        Assert.True(waiting.Waiting!.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(GuestStepKind.Completed, call.Step().Kind);
        Assert.Equal((1, 7.0), _metering.Recorded("sandbox.host_function.duration", "outcome=completed"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_host_function_that_throws_has_failed_and_one_that_is_not_there_is_refused(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int _, int _) => Fail()).Build();
        Assert.Throws<GuestErrorException>(() => sandbox.Call<int>("Add", 1, 2));
        Assert.Equal(1, _metering.Recorded("sandbox.host_function.duration", "outcome=failed").Count);
        Assert.Throws<GuestErrorException>(() => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", "NoSuchFunction"));
        Assert.Equal(1, _metering.Recorded("sandbox.host_function.duration", "outcome=refused").Count);
        Assert.Equal(2, _metering.Count("sandbox.guest_errors", "sandbox.error.code=HostFunctionError"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_tells_how_many_pages_it_has_written_to(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Compute(backend).HeapSize(1 << 20).Clock(_clock).Build();
        double few = DirtyPages(() => sandbox.Call("PreparePages", 40u)) - 40;
        Assert.InRange(few, 1, 10);
        for (int again = 0; again < 3; again++)
        {
            double four = DirtyPages(() => sandbox.Call<ulong>("WritePages", 4u));
            Assert.InRange(four - 4, 1, few + 2);
            Assert.Equal(four + 32, DirtyPages(() => sandbox.Call<ulong>("WritePages", 36u)));
            Assert.Equal(four, DirtyPages(() => sandbox.CallWithoutTrace<ulong>("WritePages", 4u)));
            Assert.Equal(four + 32, DirtyPages(() => sandbox.CallWithoutTrace<ulong>("WritePages", 36u)));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_that_fails_tells_it_too(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Clock(_clock).Build();
        Snapshot snapshot = sandbox.Snapshot();
        Assert.InRange(DirtyPages(() => Assert.Throws<GuestErrorException>(() => sandbox.Call<int>("AddToStaticAndFail"))), 1, 10);
        Assert.InRange(DirtyPages(() => Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call("TriggerException"))), 1, 10);
        sandbox.Restore(snapshot);
        Assert.InRange(DirtyPages(() => sandbox.Call("NoOp")), 1, 10);
    }

    [SkippableTheory, OnEachBackend]
    public void Pages_are_counted_once_in_a_while_and_the_more_seldom_the_more_there_are(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Compute(backend).HeapSize(1 << 20).Clock(_clock).Build();
        Assert.True(DirtyPages(() => sandbox.Call("PreparePages", 40u)) > 40);
        for (int waited = 0; waited < 50; waited++)
        {
            sandbox.Call<ulong>("WritePages", 1u);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(1, _metering.Recorded("sandbox.call.dirty_pages").Count);
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        sandbox.Call<ulong>("WritePages", 1u);
        Assert.Equal(2, _metering.Recorded("sandbox.call.dirty_pages").Count);
    }

    [SkippableTheory]
    [OnEachBackend(false)]
    [OnEachBackend(true)]
    public void Whether_pages_are_counted_or_not_a_restore_puts_back_what_was_there(string backend, bool staysInside)
    {
        SandboxBuilder builder = SimpleGuest.Builder(backend).Clock(_clock);
        if (staysInside) builder.Exitless(TimeSpan.FromMilliseconds(1));
        using Sandbox sandbox = builder.Build();
        var random = new Random(11);
        for (int round = 0; round < 20; round++)
        {
            int before = sandbox.Call<int>("AddToStatic", 1);
            Snapshot snapshot = sandbox.Snapshot();
            for (int call = random.Next(4); call >= 0; call--)
            {
                if (random.Next(2) == 0) _clock.Advance(TimeSpan.FromSeconds(1));
                sandbox.Call<int>("AddToStatic", random.Next(100));
            }

            sandbox.Restore(snapshot);
            if (random.Next(2) == 0) _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(before + 1, sandbox.Call<int>("AddToStatic", 1));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Buckets_reach_from_a_call_without_an_exit_to_a_minute(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        sandbox.Call("NoOp");
        IReadOnlyList<double> bounds = _metering.Bounds("sandbox.call.duration");
        Assert.Equal((1e-6, 60.0), (bounds[0], bounds[^1]));
        Assert.Equal(bounds.Order(), bounds);
        Assert.Contains(2e-5, bounds);
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_pool_tries_a_machine_out_with_is_no_call(string backend)
    {
        using var pool = new SandboxPool();
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox first = builder.Build();
        pool.KeepReady(builder, first.Snapshot(), 2).Wait(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain("sandbox.calls", _metering.Names());
        Assert.DoesNotContain("sandbox.restores", _metering.Names());
        Assert.DoesNotContain("sandbox.kills", _metering.Names());
    }

    // Of one call, after so long that it is counted.
    private double DirtyPages(Action call)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        (long count, double before) = _metering.Recorded("sandbox.call.dirty_pages");
        call();
        (long countAfter, double after) = _metering.Recorded("sandbox.call.dirty_pages");
        Assert.Equal(count + 1, countAfter);
        return after - before;
    }

    private int Slowly(int a, int b)
    {
        _clock.Advance(TimeSpan.FromSeconds(3));
        return a + b;
    }

    private static int Fail() => throw new InvalidOperationException("no sum today");
}
