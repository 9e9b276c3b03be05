using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>
/// Whatever ends a call, or a sandbox, does so wherever the guest is; and a guest that does harm where it should look for its next call does none.
/// </summary>
[Collection(nameof(ProcessorsAlone))]
public sealed class ExitlessEndSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    [SkippableFact]
    public async Task A_kill_ends_the_call_in_flight_and_finds_nothing_between_two_calls()
    {
        var entered = new SemaphoreSlim(0);
        using Sandbox sandbox = HotSandbox.Builder().HostFunction("Entered", () => { entered.Release(); }).Build();
        Snapshot snapshot = sandbox.Snapshot();
        for (int i = 0; i < 20; i++)
        {
            sandbox.MakeHot();
            Assert.Equal(KillOutcome.NothingRunning, await sandbox.InterruptHandle.Kill());
            Task call = Task.Run(() => sandbox.Call("CallHostThenSpin", "Entered"));
            Assert.True(await entered.WaitAsync(Bound));
            Assert.Equal(KillOutcome.Killed, await sandbox.InterruptHandle.Kill().WaitAsync(Bound));
            await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Bound));
            sandbox.Restore(snapshot);
        }
    }

    [SkippableFact]
    public void A_deadline_and_a_bound_on_processor_time_end_a_guest_that_spins_on_its_own_thread()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        Snapshot snapshot = sandbox.Snapshot();
        for (int i = 0; i < 10; i++)
        {
            sandbox.MakeHot();
            Assert.Throws<GuestDeadlineExceededException>(() => sandbox.Call("Spin", new CallOptions { Timeout = Soon }));
            sandbox.Restore(snapshot);
            sandbox.MakeHot();
            Assert.Throws<GuestCpuBudgetExceededException>(() => sandbox.Call("Spin", new CallOptions { CpuBudget = Soon }));
            sandbox.Restore(snapshot);
        }
    }

    [SkippableFact]
    public async Task A_storm_of_preemptions_and_late_kills_changes_no_result()
    {
        using Sandbox sandbox = HotSandbox.Builder().HostFunction("HostAdd", (int a, int b) => a + b).Build();
        Snapshot snapshot = sandbox.Snapshot();
        using var ended = new CancellationTokenSource();
        Task storm = Task.Run(async () =>
        {
            var random = new Random(1);
            while (!ended.IsCancellationRequested)
            {
                sandbox.Preempt();
                if (random.Next(20) == 0) await sandbox.InterruptHandle.Kill();
                Thread.SpinWait(random.Next(20_000));
            }
        });
        for (int i = 0; i < 20_000; i++)
        {
            try
            {
                Assert.Equal(i, sandbox.Call<int>("EchoI32", i));
                Assert.Equal(i + 1, sandbox.Call<int>("Add", i, 1));
            }
            catch (GuestKilledException)
            {
                sandbox.Restore(snapshot);
            }
        }

        await ended.CancelAsync();
        await storm.WaitAsync(Bound);
    }

    [SkippableFact]
    public void Dispose_in_the_middle_of_calls_ends_them_and_frees_everything()
    {
        SandboxBuilder builder = HotSandbox.Builder();
        for (int i = 0; i < 40; i++)
        {
            Sandbox sandbox = builder.Build();
            sandbox.MakeHot();
            Task calls = Task.Run(() =>
            {
                while (true) sandbox.Call<int>("EchoI32", 1);
            });
            if (i % 2 == 0) Thread.SpinWait(10_000);
            sandbox.Dispose();
            Exception failure = Assert.Throws<AggregateException>(() => calls.Wait(Bound)).InnerException!;
            Assert.True(failure is ObjectDisposedException or GuestKilledException, failure.ToString());
        }
    }

    [SkippableFact]
    public void A_guest_that_stays_inside_for_ever_is_stopped_between_calls_and_ended_by_the_next_call_s_deadline()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        Snapshot snapshot = sandbox.Snapshot();
        Misbehaves(sandbox, snapshot, "AnswerEarlyAndSpin", () =>
        {
            Assert.True(SpinWait.SpinUntil(() => !sandbox.Exitless!.IsGuestLooking, Bound)); // nobody calls it: it is stopped
            Assert.Throws<GuestDeadlineExceededException>(() => sandbox.Call("NoOp", new CallOptions { Timeout = Soon }));
        });
        Misbehaves(sandbox, snapshot, "AnswerEarlyAndSpin", () => Assert.Throws<Machine.MachineException>(sandbox.Snapshot));
    }

    [SkippableFact]
    public void A_fault_where_it_should_look_for_a_call_is_the_next_call_s()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        Snapshot snapshot = sandbox.Snapshot();
        Misbehaves(sandbox, snapshot, "AnswerEarlyAndFault", () =>
        {
            var poison = Assert.Throws<GuestFaultException>(() => sandbox.Call("NoOp"));
            Assert.Equal(Machine.CpuException.InvalidOpcode, Assert.IsType<PoisonReason.Faulted>(poison.Reason).Fault.Vector);
            Assert.Equal(nameof(PoisonReason.Faulted), poison.CrashReport!.Reason.Kind);
            Assert.Contains("AnswerEarlyAndFault", poison.CrashReport.ToString(), StringComparison.Ordinal);
            Assert.Empty(poison.CrashReport.Problems);
        });
    }

    [SkippableFact]
    public void A_core_dump_shows_a_guest_at_rest_that_looked_for_a_call_and_a_dead_one_where_it_died()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        Snapshot snapshot = sandbox.Snapshot();
        sandbox.MakeHot();
        using var atRest = new MemoryStream();
        sandbox.GenerateCrashDump(atRest);
        Assert.True(atRest.Length > 0);
        sandbox.MakeHot();
        Assert.Throws<GuestFaultException>(() => sandbox.Call("TriggerException"));
        using var dead = new MemoryStream();
        sandbox.GenerateCrashDump(dead);
        Assert.True(dead.Length > 0);
        sandbox.Restore(snapshot);
        Assert.Equal(5, sandbox.Call<int>("EchoI32", 5));
    }

    [SkippableFact]
    public void Calls_of_the_host_where_it_should_look_for_a_call_are_served_with_the_next_one()
    {
        int called = 0;
        using Sandbox sandbox = HotSandbox.Builder().HostFunction("Count", () => { Interlocked.Increment(ref called); }).Build();
        Snapshot snapshot = sandbox.Snapshot();
        bool isServed = false;
        HotSandbox.UntilItIs(() =>
        {
            Misbehaves(
                sandbox,
                snapshot,
                "AnswerEarlyAndCallHost",
                () =>
                {
                    int before = Volatile.Read(ref called);
                    Assert.True(SpinWait.SpinUntil(() => !sandbox.Exitless!.IsGuestLooking, Bound));
                    isServed = CallsHostOnce(sandbox, ref called, before);
                },
                "Count");
            return isServed;
        });
    }

    // The host may clear the early answer just as the guest writes its call to the same place: then the call is the guest's own garbage.
    private static bool CallsHostOnce(Sandbox sandbox, ref int called, int before)
    {
        try
        {
            sandbox.Call("NoOp");
        }
        catch (GuestProtocolException)
        {
            return false;
        }

        Assert.InRange(Volatile.Read(ref called), before, before + 1);
        return Volatile.Read(ref called) == before + 1;
    }

    [SkippableFact]
    public void Noise_in_words_and_messages_while_the_host_reads_them_ends_in_answers_errors_or_poison()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        Snapshot snapshot = sandbox.Snapshot();
        int rounds = 0;
        HotSandbox.UntilItIs(() =>
        {
            sandbox.MakeHot();
            try
            {
                sandbox.Call("AnswerEarlyAndScribble", new CallOptions { Timeout = Soon });
                for (int i = 0; i < 1_000; i++) sandbox.Call("NoOp", new CallOptions { Timeout = Soon });
            }
            catch (SandboxException failure) when (failure is GuestProtocolException or GuestDeadlineExceededException or GuestErrorException)
            {
                rounds++;
            }

            sandbox.Restore(snapshot);
            Assert.Equal(5, sandbox.Call<int>("EchoI32", 5));
            return rounds == 40;
        });
    }

    [SkippableFact]
    public void A_forged_word_is_at_most_an_answer_of_its_own()
    {
        using Sandbox sandbox = HotSandbox.Builder().Build();
        Snapshot snapshot = sandbox.Snapshot();
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            sandbox.MakeHot();
            try
            {
                sandbox.Call("ForgeWord", random.Next(2) == 0 ? (ulong)random.NextInt64() : (ulong)random.Next(200_000));
                sandbox.Call("NoOp");
            }
            catch (GuestProtocolException poison)
            {
                Assert.IsType<PoisonReason.InvalidMessage>(poison.Reason);
            }

            sandbox.Restore(snapshot);
            Assert.Equal(5, sandbox.Call<int>("EchoI32", 5));
        }
    }

    // The function answers early, if the host looks for that; if it does not, the call ends by its deadline or as it may, and is tried again.
    private static void Misbehaves(
        Sandbox sandbox, Snapshot snapshot, string function, Action then, params Wire.GuestValue[] arguments) => HotSandbox.UntilItIs(() =>
    {
        bool hasAnswered = false;
        sandbox.MakeHot();
        try
        {
            sandbox.Call(function, new CallOptions { Timeout = Soon }, arguments);
            hasAnswered = sandbox.WasWithoutExit();
        }
        catch (GuestPoisonException)
        {
            // It found no host that looks.
        }

        if (hasAnswered) then();
        sandbox.Restore(snapshot);
        Assert.Equal(5, sandbox.Call<int>("EchoI32", 5));
        return hasAnswered;
    });
}
