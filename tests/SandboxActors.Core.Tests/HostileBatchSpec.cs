using CsCheck;
using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>
/// Whatever a guest does with a batch: the answers before it are told, the call that it belongs to fails, those behind have not started, and the host
/// is none the worse.
/// </summary>
public sealed class HostileBatchSpec
{
    private const int Calls = 4;

    [Theory]
    [InlineData("more answers than calls", 0)]
    [InlineData("as many answers as calls", 0)]
    [InlineData("a count that wraps around", 0)]
    [InlineData("a length beyond the buffer", 1)]
    [InlineData("a length that wraps around", 1)]
    [InlineData("an answer that is none", 1)]
    [InlineData("an answer that is not there", 1)]
    [InlineData("an answer of another type", 1)]
    [InlineData("a buffer that is full", 2)]
    [InlineData("an answer of no bytes at the very end", 2)]
    [InlineData("ready at once", 0)]
    [InlineData("ready too early", 2)]
    [InlineData("an answer by itself that is none", 0)]
    [InlineData("an answer by itself of another type", 0)]
    [InlineData("an answer by itself beyond the buffer", 0)]
    [InlineData("the last answer by itself", 3)]
    [InlineData("one answer by itself too many", 3)]
    [InlineData("the count forgotten after an answer by itself", 2)]
    [InlineData("a count that goes down", 2)]
    [InlineData("a count that changes behind an exit", 3)]
    public void What_is_wrong_poisons_the_call_that_it_belongs_to(string wrong, int index)
    {
        using var batch = new ScriptedBatch(b => b.HostFunction("Host", () => { }));
        Snapshot snapshot = batch.Sandbox.Snapshot();
        GuestCall call = batch.Start(Calls);
        int size = batch.Answers.Length;
        int end = 16;
        Func<VmExit>[] exits = wrong switch
        {
            "more answers than calls" => [() => Count(5)],
            "as many answers as calls" => [() => Count(4)],
            "a count that wraps around" => [() => Count(uint.MaxValue)],
            "a length beyond the buffer" => [() => Second(BitConverter.GetBytes(size))],
            "a length that wraps around" => [() => Second(BitConverter.GetBytes(uint.MaxValue))],
            "an answer that is none" => [() => Second([200, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F])],
            "an answer that is not there" => [() => Second([])],
            "an answer of another type" => [() => Second([.. new MessageWriter().WriteReturn("text")])],
            "a buffer that is full" => [() => Full(size - 16 - Aligned(First().Length) - 4)],
            "an answer of no bytes at the very end" => [() => Full(size - 16 - Aligned(First().Length) - 4 - 16)],
            "ready at once" => [() => batch.Ready(0)],
            "ready too early" => [() =>
            {
                batch.Answer(16, 2, 0, 1);
                return batch.Ready(2);
            }],
            "an answer by itself that is none" => [() => batch.Emit(GuestAbi.AnswerPort, new byte[40])],
            "an answer by itself of another type" => [() => batch.Emit(GuestAbi.AnswerPort, new MessageWriter().WriteReturn("text"))],
            "an answer by itself beyond the buffer" => [() => VmExit.Output(GuestAbi.AnswerPort, 8190)],
            "the last answer by itself" => [() =>
            {
                batch.Answer(16, 3, 0, 1, 2);
                return Alone();
            }],
            "one answer by itself too many" => [Alone, Alone, Alone, Alone],
            "the count forgotten after an answer by itself" => [Alone, () =>
            {
                batch.Answer(16, 2, 1); // the second is not there: the buffer has been begun anew
                return VmExit.Interrupted;
            }],
            "a count that goes down" => [() =>
            {
                batch.Answer(16, 2, 0, 1);
                return batch.Emit(GuestAbi.HostCallPort, ScriptedBatch.HostCall("Host"));
            }, () => Count(1)],
            "a count that changes behind an exit" => [() =>
            {
                end = batch.Answer(16, 2, 0, 1);
                return batch.Emit(GuestAbi.HostCallPort, ScriptedBatch.HostCall("Host"));
            }, () =>
            {
                batch.Answer(end, 3, 2);
                return batch.Emit(GuestAbi.HostCallPort, ScriptedBatch.HostCall("Host"));
            }, () => Count(2)],
            _ => throw new ArgumentOutOfRangeException(nameof(wrong)),
        };
        batch.Script(exits);

        GuestStep step = call.Step();

        GuestProtocolException failure = Assert.IsType<GuestProtocolException>(step.Failure);
        Assert.Equal($"f{index}", failure.Function);
        Assert.Equal(index, call.Index);
        Assert.Equal(Enumerable.Range(0, index), batch.Numbers);
        Assert.True(batch.Sandbox.BuffersAreClean);
        batch.Sandbox.Restore(snapshot);
        Assert.Equal(SandboxStatus.Ready, batch.Sandbox.Status);

        VmExit Count(uint count)
        {
            batch.Count(count);
            return VmExit.Interrupted;
        }

        static byte[] First() => ScriptedBatch.Number(0);

        VmExit Second(byte[] message, uint count = 2)
        {
            int offset = batch.Put(16, First());
            message.CopyTo(batch.Answers[offset..]);
            return Count(count);
        }

        // An answer that ends so near the buffer's end that the next one cannot begin there.
        VmExit Full(int length)
        {
            byte[] message = new byte[length + 4];
            BitConverter.TryWriteBytes(message, length);
            ScriptedBatch.Number(1).AsSpan(4).CopyTo(message.AsSpan(4));
            return Second(message, count: 3);
        }

        VmExit Alone() => batch.Emit(GuestAbi.AnswerPort, ScriptedBatch.Number(batch.Told.Count));
    }

    [Fact]
    public void An_answer_by_itself_outside_a_batch_poisons()
    {
        using var batch = new ScriptedBatch();
        batch.Script(() => batch.Emit(GuestAbi.AnswerPort, ScriptedBatch.Number(1)));
        Assert.Throws<GuestProtocolException>(() => batch.Sandbox.Call<int>("Any"));
    }

    [Fact]
    public void What_a_guest_has_written_to_the_buffer_of_answers_before_a_batch_counts_for_nothing()
    {
        using var batch = new ScriptedBatch();
        batch.Script(() =>
        {
            batch.Answer(16, 3, 7, 7, 7);
            return batch.Ready(1);
        });
        Assert.Equal(1, batch.Sandbox.Call<int>("Any"));
        GuestCall call = batch.Start(3);
        batch.Script(
            () =>
            {
                batch.Sandbox.Preempt();
                return VmExit.Interrupted;
            },
            () =>
            {
                batch.Answer(16, 2, 0, 1);
                return batch.Ready(2);
            });
        Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
        Assert.Empty(batch.Told);
        Assert.Equal(2, call.Step().Value.AsInt32());
        Assert.Equal([0, 1], batch.Numbers);
    }

    /// <summary>
    /// Batches of a guest that means harm, exit by exit: each writes anything anywhere into the buffer of answers, or an answer that is right, counts
    /// as it likes and leaves by any port.
    /// </summary>
    [Fact]
    public void Hundreds_of_thousands_of_hostile_batches_end_in_answers_errors_or_poison_and_leave_the_host_unharmed()
    {
        using var batch = new ScriptedBatch(b => b.HostFunction("Host", () => { }).LogTo(static _ => { }));
        Snapshot snapshot = batch.Sandbox.Snapshot();
        int completed = 0, poisoned = 0, told = 0;
        Gen<Exit[]> exits = Exits(batch.Answers.Length).Array[1, 8];
        exits.Sample(
            script =>
            {
                GuestCall call = batch.Start(Calls);
                batch.Told.Clear();
                int next = 0;
                batch.Machine.OnRun = _ => next < script.Length ? script[next++].Apply(batch) : VmExit.Shutdown;

                GuestStep step = call.Step();

                Assert.Equal(batch.Told.Count, call.Index);
                Assert.All(batch.Told, answer => Assert.False(answer.Failure is GuestPoisonException));
                told += batch.Told.Count;
                if (step.Failure is GuestPoisonException poison)
                {
                    Assert.Equal($"f{call.Index}", poison.Function);
                    Assert.IsNotType<PoisonReason.HostFailed>(poison.Reason);
                    poisoned++;
                }
                else
                {
                    Assert.Equal(Calls - 1, call.Index);
                    completed++;
                }

                // What a guest leaves behind its answers, in a batch that ends well, is its own.
                bool failed = step.Failure is not null || batch.Told.Exists(answer => answer.Failure is not null);
                Assert.True(failed ? batch.Sandbox.BuffersAreClean : IsZero(batch.Calls) && IsZero(batch.Answers[..16]));
                batch.Sandbox.Restore(snapshot);
            },
            iter: 200_000, threads: 1);
        Assert.True(completed > 1000 && poisoned > 1000 && told > 10_000, $"{completed} completed, {poisoned} poisoned, {told} told");
    }

    private static Gen<Exit> Exits(int size)
    {
        byte[][] messages =
        [
            ScriptedBatch.Number(1), ScriptedBatch.Number(2), ScriptedBatch.Error("error"), [.. new MessageWriter().WriteReturn("text")],
            ScriptedBatch.HostCall("Host"), [.. new MessageWriter().WriteLog(new GuestLogRecord(GuestLogLevel.Error, "m", "", "", "", 0))],
            [], new byte[64],
        ];
        int step = Aligned(ScriptedBatch.Number(1).Length);
        Gen<byte[]> message = Gen.Frequency(
            (12, Gen.Int[0, 1].Select(i => messages[i])), (4, Gen.Int[0, messages.Length - 1].Select(i => messages[i])), (1, Gen.Byte.Array[0, 100]));
        Gen<int> offset = Gen.Frequency((12, Gen.Int[0, 3].Select(i => 16 + (i * step))), (1, Gen.Int[0, size - 128]));
        Gen<(int, byte[])> write = Gen.Select(offset, message);
        Gen<uint?> count = Gen.Frequency((3, Gen.Const((uint?)null)), (8, Gen.UInt[0, 4].Select(c => (uint?)c)), (1, Gen.UInt.Select(c => (uint?)c)));
        Gen<ushort> port = Gen.Frequency(
            (6, Gen.Const(GuestAbi.ReadyPort)), (3, Gen.Const(GuestAbi.AnswerPort)), (3, Gen.Const(GuestAbi.HostCallPort)), (3, Gen.Const((ushort)0)),
            (1, Gen.UShort[GuestAbi.AnswerPort, GuestAbi.PanicPort]));
        Gen<Exit> any = Gen.Select(write.Array[0, 4], count, port, message, Gen.UInt[0, 8191], (w, c, p, m, o) => new Exit(w, c, p, m, o));
        (int, byte[])[] right = [.. Enumerable.Range(0, Calls - 1).Select(i => (16 + (i * step), messages[0]))];
        return Gen.Frequency((8, any), (1, Gen.Const(new Exit(right, Calls - 1, GuestAbi.ReadyPort, messages[0], 0))));
    }

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    private static int Aligned(int length) => (length + 15) & ~15;

    /// <summary>One exit: what the guest writes before it, and how it leaves; port 0 is an interruption.</summary>
    private sealed record Exit((int Offset, byte[] Bytes)[] Writes, uint? Count, ushort Port, byte[] Message, uint Offset)
    {
        public VmExit Apply(ScriptedBatch batch)
        {
            foreach ((int offset, byte[] bytes) in Writes) bytes.CopyTo(batch.Answers[offset..]);
            if (Count is { } count) batch.Count(count);
            if (Port == 0) return VmExit.Interrupted;
            if (Message.Length >= 4 && Offset + Message.Length <= 8192) return batch.Emit(Port, Message, Offset);
            return VmExit.Output(Port, Offset);
        }
    }
}
