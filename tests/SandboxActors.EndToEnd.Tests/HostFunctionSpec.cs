using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Guests call the host: typed both ways, and whatever goes wrong in the host is an error that the guest can handle.</summary>
public sealed class HostFunctionSpec
{
    [SkippableTheory, OnEachBackend]
    public void An_asynchronous_host_function_is_waited_for(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("Later", async () =>
        {
            await Task.Yield();
            return 42L;
        }).Build();
        Assert.Equal(42, sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", "Later"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_step_ends_as_waiting_while_a_host_functions_task_is_pending(string backend)
    {
        var pending = new TaskCompletionSource<long>();
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("Pending", () => pending.Task).Build();
        GuestCall call = sandbox.Start("CallGivenParamlessHostFuncThatReturnsI64", GuestValueType.Int64, "Pending");

        GuestStep step = call.Step();
        Assert.Equal(GuestStepKind.Waiting, step.Kind);
        Assert.False(step.Waiting!.IsCompleted);
        step = call.Step();
        Assert.Equal(GuestStepKind.Waiting, step.Kind);
        Assert.Throws<SandboxBusyException>(() => sandbox.Call("NoOp"));
        Assert.Throws<SandboxBusyException>(() => sandbox.Snapshot());

        pending.SetResult(-3);
        Assert.True(step.Waiting!.Wait(TimeSpan.FromSeconds(30)));
        step = call.Step();
        Assert.Equal(GuestStepKind.Completed, step.Kind);
        Assert.Equal(-3L, step.Value.AsInt64());
        Assert.Throws<InvalidOperationException>(() => call.Step());
    }

    [SkippableTheory, OnEachBackend]
    public void A_preempted_call_goes_on_where_it_was(string backend)
    {
        Sandbox? sandbox = null;
        int ticks = 0;
        sandbox = SimpleGuest.Builder(backend).HostFunction("Tick", () =>
        {
            if (++ticks % 10 == 0) sandbox!.Preempt();
        }).Build();
        using (sandbox)
        {
            GuestCall call = sandbox.Start("HostCallLoop", GuestValueType.Void, "Tick");
            for (int slice = 1; slice <= 5; slice++)
            {
                Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
                Assert.Equal(slice * 10, ticks);
            }

            _ = sandbox.InterruptHandle.Kill();
            Assert.IsType<GuestKilledException>(call.Step().Failure);
            Assert.Equal(50, ticks);
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_does_nothing_but_spin_is_preempted_from_another_thread(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        GuestCall call = sandbox.Start("Spin", GuestValueType.Void);
        for (int slice = 0; slice < 3; slice++)
        {
            Task<GuestStep> step = Task.Run(call.Step);
            while (!step.IsCompleted)
            {
                sandbox.Preempt();
                await Task.Yield();
            }

            Assert.Equal(GuestStepKind.Preempted, (await step).Kind);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_failed_task_is_the_guests_error_with_its_message(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend)
            .HostFunction("Fails", async Task<long> () =>
            {
                await Task.Yield();
                throw new InvalidOperationException("the database is away");
            })
            .HostFunction("Cancelled", Task<long> () => Task.FromCanceled<long>(new CancellationToken(canceled: true)))
            .Build();
        Assert.Equal("the database is away", HostError(sandbox, "Fails").Message);
        Assert.Contains("cancelled", HostError(sandbox, "Cancelled").Message, StringComparison.Ordinal);
    }

    [SkippableTheory, OnEachBackend]
    public void A_wrong_count_or_type_is_an_error_that_the_guest_can_handle(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend)
            .HostFunction("OneParameter", (int a) => (long)a)
            .HostFunction("ReturnsInt32", () => 1)
            .Build();
        Assert.Contains("takes 1 parameters, not 0", HostError(sandbox, "OneParameter").Message, StringComparison.Ordinal);
        Assert.Contains("returns Int32, not Int64", HostError(sandbox, "ReturnsInt32").Message, StringComparison.Ordinal);
        Assert.Contains("no function 'Unknown'", HostError(sandbox, "Unknown").Message, StringComparison.Ordinal);
    }

    [SkippableTheory, OnEachBackend]
    public void A_host_function_that_calls_its_own_sandbox_gets_a_clear_error_and_no_deadlock(string backend)
    {
        Sandbox? sandbox = null;
        sandbox = SimpleGuest.Builder(backend).HostFunction("Reenter", () => sandbox!.Call<int>("GetStatic") + 0L).Build();
        using (sandbox)
        {
            Assert.Contains("may not call back into its own sandbox", HostError(sandbox, "Reenter").Message, StringComparison.Ordinal);
            Assert.Equal(0, sandbox.Call<int>("GetStatic"));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_message_too_long_for_the_input_buffer_is_cut_and_a_result_too_large_is_an_error(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend)
            .InputBufferSize(4096)
            .HostFunction("Verbose", long () => throw new InvalidOperationException(new string('ü', 100_000)))
            .HostFunction("HostEchoString", (string text) => new string('x', 10_000))
            .Build();
        string message = HostError(sandbox, "Verbose").Message;
        Assert.InRange(message.Length, 100, 4096);
        Assert.Equal(new string('ü', message.Length), message);
        GuestErrorException error = Assert.Throws<GuestErrorException>(() => sandbox.Call<string>("RoundTripHostString", "x"));
        Assert.Contains("the input buffer has", error.Message, StringComparison.Ordinal);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [SkippableTheory, OnEachBackend]
    public void Thirty_two_parameters_pass_in_both_directions(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction(
            "HostSumOfThirtyTwo",
            (int a0, int a1, int a2, int a3, int a4, int a5, int a6, int a7, int a8, int a9, int a10, int a11, int a12, int a13, int a14, int a15, int a16, int a17,
                int a18, int a19, int a20, int a21, int a22, int a23, int a24, int a25, int a26, int a27, int a28, int a29, int a30, int a31) =>
                a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15 + a16 + a17 + a18 + a19 + a20 + a21 + a22 + a23 + a24 + a25 + a26 + a27 + a28 + a29
                + a30 + (1000 * a31)).Build();
        GuestValue[] arguments = [.. Enumerable.Range(1, 32).Select(i => GuestValue.From(i))];
        Assert.Equal(528, sandbox.Call<int>("SumOfThirtyTwo", arguments));
        Assert.True(sandbox.Call<int>("CallHostWithThirtyTwo") > 1000);
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_guest_prints_reaches_the_sink(string backend)
    {
        var printed = new List<string>();
        using Sandbox sandbox = SimpleGuest.Builder(backend).PrintTo(printed.Add).Build();
        sandbox.Call<int>("PrintOutput", "plain");
        sandbox.Call<int>("PrintUsingPrintf", "formatted");
        sandbox.Call<int>(
            "PrintElevenArgs", "a", 1, 2L, "b", "c", true, false, 3u, 4UL, -5, 6.5f);
        Assert.Equal("plain", printed[0]);
        Assert.Equal("formatted", printed[1]);
        Assert.Contains("a", string.Concat(printed[2..]), StringComparison.Ordinal);
        Assert.Contains("6.5", string.Concat(printed[2..]), StringComparison.Ordinal);
    }

    [SkippableTheory, OnEachBackend]
    public void Log_records_arrive_from_the_wanted_level_up(string backend)
    {
        var records = new List<GuestLogRecord>();
        using Sandbox sandbox = SimpleGuest.Builder(backend).LogTo(records.Add, GuestLogLevel.Warning).Build();
        for (int level = 0; level <= 5; level++) sandbox.Call("LogMessage", "text", level);
        sandbox.Call("LogMessageWithSource", "text", "source", 4);
        Assert.Equal([GuestLogLevel.Warning, GuestLogLevel.Error, GuestLogLevel.Critical, GuestLogLevel.Error], records.Select(r => r.Level));
        Assert.All(records, r => Assert.Equal("text", r.Message));
        Assert.Equal("source", records[^1].Source);
        Assert.EndsWith(".c", records[0].File, StringComparison.Ordinal);
        Assert.True(records[0].Line > 0);
    }

    [SkippableTheory, OnEachBackend]
    public void A_log_sink_that_throws_poisons_and_is_reported_as_the_hosts_failure(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend)
            .LogTo(_ => throw new InvalidOperationException("disk full"), GuestLogLevel.Trace)
            .Build();
        HostFailedException failure = Assert.Throws<HostFailedException>(() => sandbox.Call("LogMessage", "text", 3));
        Assert.Equal("disk full", failure.InnerException!.Message);
        Assert.Equal(SandboxStatus.Poisoned, sandbox.Status);
    }

    private static GuestErrorException HostError(Sandbox sandbox, string function)
    {
        GuestErrorException error =
            Assert.Throws<GuestErrorException>(() => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", function));
        Assert.Equal(GuestErrorCode.HostFunctionError, error.Code);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
        Assert.True(sandbox.BuffersAreClean);
        return error;
    }
}
