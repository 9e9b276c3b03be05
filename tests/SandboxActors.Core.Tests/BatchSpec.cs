using System.Buffers.Binary;
using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>Several calls at one entry and their answers at one exit: what the guest is given, and when callers are told.</summary>
public sealed class BatchSpec
{
    [Fact]
    public void A_batch_stands_in_its_own_buffer_as_the_guest_abi_says_and_takes_one_entry()
    {
        using var batch = new ScriptedBatch();
        int runs = batch.Machine.Runs;
        GuestCall call = batch.Start(5);
        batch.Script(() =>
        {
            ReadOnlySpan<byte> calls = batch.Calls;
            ReadOnlySpan<byte> input = batch.Machine.Memory(batch.Machine.Buffers.Input.Start, 4096);
            Assert.Equal(0x8000_0005, BinaryPrimitives.ReadUInt32LittleEndian(input));
            Assert.False(input[4..].ContainsAnyExcept((byte)0));
            int offset = 0;
            for (int i = 0; i < 5; i++)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(calls[offset..]);
                FunctionCall read = MessageReader.ReadCall(calls.Slice(offset + 4, length));
                Assert.Equal(($"f{i}", GuestValueType.Int32, i), (read.Name, read.ReturnType, read.Parameters[0].AsInt32()));
                offset = (offset + 4 + length + 15) & ~15;
            }

            Assert.False(calls[offset..].ContainsAnyExcept((byte)0));
            batch.Answer(16, 4, 10, 11, 12, 13);
            return batch.Ready(14);
        });

        GuestStep step = call.Step();

        Assert.Equal(14, step.Value.AsInt32());
        Assert.Equal([10, 11, 12, 13], batch.Numbers);
        Assert.Equal(runs + 1, batch.Machine.Runs);
        Assert.True(call.IsFinished);
        Assert.True(batch.Sandbox.BuffersAreClean);
    }

    [Fact]
    public void Whoever_has_an_answer_is_told_before_the_host_does_anything_for_the_call_behind_it()
    {
        var happened = new List<string>();
        ScriptedBatch? batch = null;
        using (batch = new ScriptedBatch(b => b
            .HostFunction("Host", () => happened.Add($"host for {batch!.Told.Count}"))
            .LogTo(record => happened.Add($"{record.Message} for {batch!.Told.Count}"))))
        {
            batch.OnTold = () => happened.Add($"told {batch.Told.Count}");
            GuestCall call = batch.Start(6);
            int end = 16;
            batch.Script(
                () =>
                {
                    end = batch.Answer(end, 1, 0);
                    return batch.Emit(GuestAbi.HostCallPort, ScriptedBatch.HostCall("Host"));
                },
                () =>
                {
                    end = batch.Answer(end, 3, 1, 2);
                    return batch.Emit(GuestAbi.LogPort, new MessageWriter().WriteLog(new GuestLogRecord(GuestLogLevel.Error, "log", "", "", "", 0)));
                },
                () =>
                {
                    end = batch.Answer(end, 4, 3);
                    batch.Sandbox.Preempt();
                    return VmExit.Interrupted;
                },
                () =>
                {
                    batch.Answer(end, 5, 4);
                    return batch.Ready(5);
                });

            Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
            Assert.Equal(["told 1", "host for 1", "told 3", "log for 3", "told 4"], happened);
            Assert.Equal((4, "f4"), (call.Index, call.Function));
            Assert.Equal(5, call.Step().Value.AsInt32());
            Assert.Equal([0, 1, 2, 3, 4], batch.Numbers);
            Assert.True(batch.Sandbox.BuffersAreClean);
        }
    }

    [Fact]
    public async Task A_step_that_waits_for_a_host_function_has_told_what_was_answered_before()
    {
        var source = new TaskCompletionSource();
        using var batch = new ScriptedBatch(b => b.HostFunction("Later", () => source.Task));
        GuestCall call = batch.Start(3);
        batch.Script(
            () =>
            {
                batch.Answer(16, 1, 7);
                return batch.Emit(GuestAbi.HostCallPort, ScriptedBatch.HostCall("Later"));
            },
            () =>
            {
                batch.Put(16 + Aligned(ScriptedBatch.Number(7).Length), ScriptedBatch.Number(8));
                batch.Count(2);
                return batch.Ready(9);
            });

        GuestStep waiting = call.Step();
        Assert.Equal(GuestStepKind.Waiting, waiting.Kind);
        Assert.Equal([7], batch.Numbers);
        source.SetResult();
        await waiting.Waiting!;
        Assert.Equal(9, call.Step().Value.AsInt32());
        Assert.Equal([7, 8], batch.Numbers);
    }

    [Fact]
    public void An_error_that_the_guest_reports_ends_its_own_call_and_no_other()
    {
        using var batch = new ScriptedBatch();
        GuestCall call = batch.Start(4);
        batch.Script(() =>
        {
            int end = batch.Put(16, ScriptedBatch.Number(1));
            end = batch.Put(end, ScriptedBatch.Error("no"));
            batch.Put(end, [.. new MessageWriter().WriteError((int)GuestErrorCode.GuestFunctionNotFound, "none")]);
            batch.Count(3);
            batch.Machine.Emit(4096, [1, 2, 3]); // what a call that failed has left behind in the output buffer
            return batch.Ready(4);
        });

        Assert.Equal(4, call.Step().Value.AsInt32());
        Assert.Equal(1, batch.Told[0].Value.AsInt32());
        Assert.Equal("f1", Assert.IsType<GuestErrorException>(batch.Told[1].Failure).Function);
        Assert.Equal("f2", Assert.IsType<GuestCallRefusedException>(batch.Told[2].Failure).Function);
        Assert.Equal(SandboxStatus.Ready, batch.Sandbox.Status);
        Assert.True(batch.Sandbox.BuffersAreClean);
    }

    [Fact]
    public void A_fault_hits_the_call_in_hand_and_those_behind_it_have_not_started()
    {
        using var batch = new ScriptedBatch();
        Snapshot snapshot = batch.Sandbox.Snapshot();
        GuestCall call = batch.Start(5);
        batch.Script(() =>
        {
            batch.Answer(16, 2, 0, 1);
            return VmExit.Shutdown;
        });

        GuestStep step = call.Step();

        Assert.Equal("f2", Assert.IsType<UnexpectedExitException>(step.Failure).Function);
        Assert.Equal([0, 1], batch.Numbers);
        Assert.Equal(2, call.Index);
        Assert.True(batch.Sandbox.BuffersAreClean);
        batch.Sandbox.Restore(snapshot);
        batch.Told.Clear();
        GuestCall rest = batch.Sandbox.StartBatch(ScriptedBatch.Invocations(5).AsSpan(3), batch, out int taken);
        Assert.Equal((2, "f3"), (taken, rest.Function));
    }

    [Fact]
    public async Task A_kill_hits_the_call_in_hand_and_those_answered_keep_their_answers()
    {
        using var batch = new ScriptedBatch();
        GuestCall call = batch.Start(4);
        Task<KillOutcome>? outcome = null;
        batch.Script(() =>
        {
            batch.Answer(16, 1, 0);
            outcome = batch.Sandbox.InterruptHandle.Kill();
            return VmExit.Interrupted;
        });

        Assert.Equal("f1", Assert.IsType<GuestKilledException>(call.Step().Failure).Function);
        Assert.Equal([0], batch.Numbers);
        Assert.Equal(KillOutcome.Killed, await outcome!);
    }

    [Fact]
    public async Task A_kill_that_finds_the_last_call_completed_has_come_too_late()
    {
        using var batch = new ScriptedBatch();
        GuestCall call = batch.Start(2);
        Task<KillOutcome>? outcome = null;
        batch.Script(() =>
        {
            batch.Answer(16, 1, 0);
            outcome = batch.Sandbox.InterruptHandle.Kill();
            return batch.Ready(1);
        });

        Assert.Equal(1, call.Step().Value.AsInt32());
        Assert.Equal(KillOutcome.CompletedFirst, await outcome!);
    }

    [Fact]
    public void An_answer_may_come_by_itself_and_those_counted_before_it_come_first()
    {
        using var batch = new ScriptedBatch();
        GuestCall call = batch.Start(5);
        batch.Script(
            () =>
            {
                batch.Answer(16, 2, 0, 1);
                return batch.Emit(GuestAbi.AnswerPort, ScriptedBatch.Number(2), offset: 64);
            },
            () =>
            {
                Assert.Equal([0, 1, 2], batch.Numbers);
                Assert.False(batch.Answers.ContainsAnyExcept((byte)0));
                batch.Answer(16, 1, 3);
                return batch.Ready(4);
            });
        Assert.Equal(4, call.Step().Value.AsInt32());
        Assert.Equal([0, 1, 2, 3], batch.Numbers);
        Assert.True(batch.Sandbox.BuffersAreClean);
    }

    [Theory]
    [InlineData(0u, false)]
    [InlineData(1u, false)]
    [InlineData(GuestAbi.TakesBatches, true)]
    public void A_guest_is_given_batches_if_it_said_that_it_takes_them(uint firstReady, bool takes)
    {
        using var batch = new ScriptedBatch(firstReady: firstReady);
        GuestCall call = batch.Sandbox.StartBatch(ScriptedBatch.Invocations(3), batch, out int taken);
        Assert.Equal(takes ? 3 : 1, taken);
        Assert.Equal(takes, batch.Calls.ContainsAnyExcept((byte)0));
        if (takes) return;
        batch.Script(() => batch.Ready(1));
        Assert.Equal(1, call.Step().Value.AsInt32());
        Assert.Empty(batch.Told);
    }

    [Theory]
    [InlineData(StatePolicy.RollBackAlways)]
    [InlineData(StatePolicy.RollBackOnFailure)]
    public void A_sandbox_that_rolls_back_by_itself_starts_one_call(StatePolicy policy)
    {
        using var batch = new ScriptedBatch(b => b.StatePolicy(policy));
        batch.Sandbox.StartBatch(ScriptedBatch.Invocations(3), batch, out int taken);
        Assert.Equal(1, taken);
    }

    [Fact]
    public void A_sandbox_that_bounds_every_call_starts_one_call()
    {
        var hour = TimeSpan.FromHours(1);
        foreach (Action<SandboxBuilder> bound in new Action<SandboxBuilder>[] { b => b.CallTimeout(hour), b => b.CallCpuBudget(hour) })
        {
            using var batch = new ScriptedBatch(bound);
            batch.Sandbox.StartBatch(ScriptedBatch.Invocations(3), batch, out int taken);
            Assert.Equal(1, taken);
        }
    }

    [Fact]
    public void A_batch_ends_before_the_first_call_that_does_not_fit_or_cannot_be_encoded()
    {
        GuestInvocation fits = new("fits", GuestValueType.Void, new GuestValue[] { 1 });
        GuestInvocation large = new("large", GuestValueType.Void, new GuestValue[] { new byte[3000] });
        GuestInvocation never = new("never", GuestValueType.Void, new GuestValue[] { new byte[4000] }); // not alone either
        GuestInvocation nameless = new(string.Empty, GuestValueType.Void, default);

        Assert.Equal(2, Taken(fits, fits, nameless, fits));
        Assert.Equal(2, Taken(fits, fits, never, fits));
        Assert.Equal(2, Taken(large, large, large, fits)); // 8 KiB
        Assert.Equal(2, Taken(fits, fits, default, fits));
        Assert.Equal(1, Taken(fits, default));
        Assert.Equal(1, Taken(fits, nameless));
        Assert.Equal(1, Taken(fits, never));
        Assert.Equal(1, Taken(fits));
        Assert.Equal(CallRefusal.ArgumentsTooLarge, Refused(never, fits));
        Assert.Equal(CallRefusal.FunctionNameMissing, Refused(nameless, fits, fits));

        static int Taken(params GuestInvocation[] calls)
        {
            using var batch = new ScriptedBatch();
            batch.Sandbox.StartBatch(calls, batch, out int taken);
            if (taken == 1) Assert.False(batch.Calls.ContainsAnyExcept((byte)0));
            return taken;
        }

        static CallRefusal Refused(params GuestInvocation[] calls)
        {
            using var batch = new ScriptedBatch();
            CallRefusal refusal = Assert.Throws<GuestCallRefusedException>(() => batch.Sandbox.StartBatch(calls, batch, out _)).Refusal;
            Assert.True(batch.Sandbox.BuffersAreClean);
            batch.Sandbox.Snapshot(); // nothing was started
            return refusal;
        }
    }

    [Fact]
    public void A_batch_holds_its_sandbox_like_a_call()
    {
        using var batch = new ScriptedBatch();
        Assert.Throws<ArgumentException>(() => batch.Sandbox.StartBatch([], batch, out _));
        Assert.Throws<ArgumentNullException>(() => batch.Sandbox.StartBatch(new GuestInvocation[2], batch, out _));
        batch.Start(2);
        Assert.Throws<SandboxBusyException>(() => batch.Sandbox.StartBatch(ScriptedBatch.Invocations(2), batch, out _));
        Assert.Throws<SandboxBusyException>(() => batch.Sandbox.Snapshot());
    }

    [Fact]
    public void An_answer_that_nobody_can_be_told_of_poisons_and_its_cause_is_kept()
    {
        using var batch = new ScriptedBatch();
        var cause = new InvalidOperationException("no ears");
        batch.OnTold = () => throw cause;
        GuestCall call = batch.Start(3);
        batch.Script(() =>
        {
            batch.Answer(16, 1, 0);
            return VmExit.Interrupted;
        });
        HostFailedException failure = Assert.IsType<HostFailedException>(call.Step().Failure);
        Assert.Same(cause, failure.InnerException);
        Assert.Equal("f1", failure.Function);
    }

    private static int Aligned(int length) => (length + 15) & ~15;
}
