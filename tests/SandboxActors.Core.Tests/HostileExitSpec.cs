using CsCheck;
using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>
/// Whatever a guest does with its ports and its output buffer, and however it leaves the machine, the host answers with an error or with poison and
/// nothing else.
/// </summary>
public sealed class HostileExitSpec
{
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    public static TheoryData<string> UnexpectedExits => ["shutdown", "unmapped", "lost", "internal", "unknown"];

    [Theory, MemberData(nameof(UnexpectedExits))]
    public void An_exit_that_no_guest_of_ours_has_poisons(string name)
    {
        VmExit exit = name switch
        {
            "shutdown" => VmExit.Shutdown,
            "unmapped" => VmExit.UnmappedMemory(new GuestAddress(0xFEE0_0000)),
            "lost" => VmExit.LostMemory,
            "internal" => VmExit.InternalError(3),
            _ => VmExit.Unknown(99),
        };
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        machine.OnRun = _ => exit;

        UnexpectedExitException failure = Assert.Throws<UnexpectedExitException>(() => sandbox.Call("Any"));
        Assert.Equal(exit, failure.Exit);
        Assert.Equal(new PoisonReason.UnexpectedExit(exit), sandbox.PoisonReason);
        sandbox.Restore(snapshot);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [Fact]
    public void A_machine_that_fails_in_the_middle_of_a_call_poisons_with_the_operations_name()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        machine.Failing = nameof(IVirtualMachine.Run);
        HostFailedException failure = Assert.Throws<HostFailedException>(() => sandbox.Call("Any"));
        Assert.Equal("Run", Assert.IsType<MachineException>(failure.InnerException).Operation);
        Assert.Equal(SandboxStatus.Poisoned, sandbox.Status);
    }

    [Fact]
    public void An_interruption_that_nobody_asked_for_is_passed_over()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        int runs = 0;
        machine.OnRun = m =>
        {
            if (runs++ < 5) return VmExit.Interrupted;
            m.Emit(0, Body(new MessageWriter().WriteReturn(GuestValue.Void)));
            return VmExit.Output(GuestAbi.ReadyPort, 0);
        };
        sandbox.Call("Any");
        Assert.Equal(6, runs);
    }

    [Fact]
    public void A_result_of_another_type_than_asked_for_is_garbage()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        machine.OnRun = m =>
        {
            m.Emit(0, Body(new MessageWriter().WriteReturn(1)));
            return VmExit.Output(GuestAbi.ReadyPort, 0);
        };
        Assert.Throws<GuestProtocolException>(() => sandbox.Call<string>("Any"));
    }

    [Fact]
    public void An_abort_with_a_result_instead_of_an_error_is_garbage()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        machine.OnRun = m =>
        {
            m.Emit(0, Body(new MessageWriter().WriteReturn(1)));
            return VmExit.Output(GuestAbi.AbortPort, 0);
        };
        Assert.Throws<GuestProtocolException>(() => sandbox.Call<int>("Any"));
    }

    /// <summary>
    /// A million exits with hostile bytes: ports of the guest and others, offsets and lengths anywhere, bodies that are messages, damaged messages or
    /// noise. Every other call is a stream.
    /// </summary>
    [Fact]
    public void A_million_hostile_messages_end_in_an_error_or_in_poison_and_leave_clean_buffers()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine, b => b.HostFunction("Known", (int a) => a).LogTo(static _ => { }));
        Snapshot snapshot = sandbox.Snapshot();
        int completed = 0, errors = 0, poisons = 0, items = 0, strangeItems = 0;
        var stream = new CallOptions
        {
            Items = item =>
            {
                if (item.Type is < GuestValueType.Int32 or > GuestValueType.Bytes) strangeItems++;
                return ValueTask.FromResult(items++ % 2 == 0);
            },
        };
        bool isStream = false;
        HostileExits((uint)machine.Buffers.Output.Length).Sample(
            hostile =>
            {
                bool done = false;
                machine.OnRun = m =>
                {
                    if (done) return Answer(m);
                    done = true;
                    return hostile.Emit(m);
                };
                try
                {
                    isStream = !isStream;
                    sandbox.Invoke("Any", hostile.ReturnType, isStream ? stream : CallOptions.None);
                    completed++;
                }
                catch (SandboxException failure) when (failure is GuestErrorException or GuestCallRefusedException)
                {
                    errors++;
                }
                catch (GuestPoisonException failure)
                {
                    poisons++;
                    Assert.Same(failure.Reason, sandbox.PoisonReason);
                    Assert.IsNotType<PoisonReason.HostFailed>(failure.Reason);
                    sandbox.Restore(snapshot);
                }

                Assert.Equal(SandboxStatus.Ready, sandbox.Status);
                Assert.True(sandbox.BuffersAreClean);
            },
            iter: 1_000_000, threads: 1);
        Assert.True(completed > 1000 && errors > 1000 && poisons > 1000, $"{completed} completed, {errors} errors, {poisons} poisons");
        Assert.True(items > 1000 && strangeItems == 0, $"{items} items, {strangeItems} of a type that no item can have");
    }

    private static Gen<HostileExit> HostileExits(uint outputSize)
    {
        byte[][] seeds = Seeds();
        Gen<byte[]> whole = Gen.Int[0, seeds.Length - 1].Select(i => seeds[i]);
        Gen<byte[]> damaged = Gen.Select(whole, Gen.Select(Gen.Int[0, 511], Gen.Byte).Array[1, 5], (seed, changes) =>
        {
            byte[] copy = (byte[])seed.Clone();
            foreach ((int position, byte value) in changes) copy[position % copy.Length] = value;
            return copy;
        });
        Gen<byte[]> cut = Gen.Select(whole, Gen.Int[0, 511], (seed, length) => seed[..(length % seed.Length)]);
        Gen<byte[]> body = Gen.Frequency((3, whole), (4, damaged), (1, cut), (1, Gen.Byte.Array[0, 200]));
        Gen<uint> offset = Gen.Frequency((3, Gen.UInt[0, outputSize - 1]), (1, Gen.UInt));
        Gen<uint?> length = Gen.Frequency((6, Gen.Const((uint?)null)), (1, Gen.UInt.Select(l => (uint?)l)), (1, Gen.UInt[outputSize - 8, outputSize + 8].Select(l => (uint?)l)));
        Gen<ushort> port = Gen.Frequency((15, Gen.UShort[GuestAbi.AnswerPort, GuestAbi.PanicPort]), (1, Gen.UShort));
        Gen<GuestValueType> type = Gen.Byte[0, 9].Select(t => (GuestValueType)t);
        return Gen.Select(body, offset, length, port, Gen.Int[0, 63], type, (b, o, l, p, v, t) => new HostileExit(b, o, l, p, v == 0, t));
    }

    private static VmExit Answer(ScriptedMachine machine)
    {
        machine.Emit(0, Body(new MessageWriter().WriteReturn(GuestValue.Void)));
        return VmExit.Output(GuestAbi.ReadyPort, 0);
    }

    private static byte[][] Seeds()
    {
        var writer = new MessageWriter();
        return
        [
            [.. Body(writer.WriteReturn(GuestValue.Void))],
            [.. Body(writer.WriteReturn(7))],
            [.. Body(writer.WriteReturn("text"))],
            [.. Body(writer.WriteReturn(new byte[] { 1, 2, 3 }))],
            [.. Body(writer.WriteError(15, "an error"))],
            [.. Body(writer.WriteError(4, "not found"))],
            [.. Body(writer.WriteCall("Known", GuestValueType.Int32, [5]))],
            [.. Body(writer.WriteCall("HostPrint", GuestValueType.Int32, ["print"]))],
            [.. Body(writer.WriteCall("Unknown", GuestValueType.Void, [1, "two", 3.0, new byte[] { 4 }]))],
            [.. Body(writer.WriteCall(GuestAbi.YieldFunction, GuestValueType.Boolean, [6]))],
            [.. Body(writer.WriteCall(GuestAbi.YieldFunction, GuestValueType.Boolean, [new byte[] { 7, 8 }]))],
            [.. Body(writer.WriteLog(new GuestLogRecord(GuestLogLevel.Error, "message", "source", "function", "file.c", 12)))],
        ];
    }

    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> prefixed) => prefixed[GuestAbi.SizePrefix..];

    private static Sandbox Scripted(out ScriptedMachine machine, Action<SandboxBuilder>? configure = null)
    {
        var hypervisor = new ScriptedHypervisor();
        SandboxBuilder builder = new SandboxBuilder(hypervisor, Image).PrintTo(static _ => { })
            .HeapSize(16 << 10).StackSize(16 << 10).InputBufferSize(4096).OutputBufferSize(8192);
        configure?.Invoke(builder);
        Sandbox sandbox = builder.Build();
        machine = hypervisor.Machines[0];
        return sandbox;
    }

    /// <summary>One exit of a guest that means harm.</summary>
    private sealed record HostileExit(byte[] Body, uint Offset, uint? Length, ushort Port, bool IsPortViolation, GuestValueType ReturnType)
    {
        public VmExit Emit(ScriptedMachine machine)
        {
            if ((ulong)Offset + GuestAbi.SizePrefix + (ulong)Body.Length <= machine.Buffers.Output.Length) machine.Emit(Offset, Body, Length);
            return IsPortViolation ? VmExit.PortViolation(Port, default) : VmExit.Output(Port, Offset);
        }
    }
}
