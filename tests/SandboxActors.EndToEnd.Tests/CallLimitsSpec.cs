using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Guests that take too long are ended by what bounds their call, each for its own reason, and heal.</summary>
public sealed class CallLimitsSpec
{
    private const int Rounds = 20;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_spins_is_ended_by_its_deadline_and_heals(string backend) =>
        EndsAndHeals<GuestDeadlineExceededException>(backend, new CallOptions { Timeout = Soon, CpuBudget = Never });

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_spins_is_ended_by_its_processor_time_and_heals(string backend) =>
        EndsAndHeals<GuestCpuBudgetExceededException>(backend, new CallOptions { Timeout = Never, CpuBudget = Soon });

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_spins_is_ended_by_its_callers_token_and_heals(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        for (int round = 0; round < Rounds; round++)
        {
            using var source = new CancellationTokenSource();
            Task cancel = Task.Run(source.Cancel);
            try
            {
                sandbox.Call("Spin", new CallOptions { Cancellation = source.Token });
                Assert.Fail("A guest that spins came to an end.");
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(SandboxStatus.Ready, sandbox.Status); // cancelled before it started
            }
            catch (GuestCallCancelledException)
            {
                sandbox.Restore(snapshot);
            }

            Assert.True(cancel.Wait(Bound));
            Assert.Equal("on", sandbox.Call<string>("Echo", "on"));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_host_function_that_waits_is_told_and_its_guest_never_runs_on(string backend)
    {
        int started = 0;
        int told = 0;
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("Wait", async (CancellationToken token) =>
        {
            Interlocked.Increment(ref started);
            try
            {
                await Task.Delay(Timeout.Infinite, token);
                return 1L;
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref told);
                throw;
            }
        }).Build();
        Snapshot snapshot = sandbox.Snapshot();
        for (int round = 0; round < Rounds; round++)
        {
            Assert.Throws<GuestDeadlineExceededException>(
                () => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", new CallOptions { Timeout = 10 * Soon }, "Wait"));
            sandbox.Restore(snapshot);
        }

        // A deadline may come before the guest has called the host.
        Assert.InRange(started, 1, Rounds);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref told) == started, Bound));
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_host_function_takes_is_not_the_guests_processor_time(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("Slow", async () =>
        {
            await Task.Delay(120 * Soon);
            return 7L;
        }).Build();
        Assert.Equal(7, sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", new CallOptions { CpuBudget = 100 * Soon }, "Slow"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_within_its_bounds_is_like_any_other(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        var options = new CallOptions { Timeout = Never, CpuBudget = Never, Cancellation = new CancellationTokenSource().Token };
        for (int round = 0; round < 100; round++) Assert.Equal(round, sandbox.Call<int>("EchoI32", options, round));
    }

    private static void EndsAndHeals<TException>(string backend, CallOptions options)
        where TException : GuestEndedException
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        for (int round = 0; round < Rounds; round++)
        {
            Assert.Throws<TException>(() => sandbox.Call("Spin", options));
            sandbox.Restore(snapshot);
            Assert.Equal("on", sandbox.Call<string>("Echo", "on"));
        }
    }
}
