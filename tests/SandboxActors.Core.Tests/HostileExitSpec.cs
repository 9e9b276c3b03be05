using CsCheck;
using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>Whatever a guest does with its ports and its output buffer, and however it leaves the machine, the host answers with an error or with poison and nothing else.</summary>
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
    /// A million exits with hostile bytes: ports of the guest and others, offsets and lengths anywhere, bodies that are messages, damaged messages or noise.
    /// </summary>
    [Fact]
    public void A_million_hostile_messages_end_in_an_error_or_in_poison_and_leave_clean_buffers()
    {
        const int Cases = 1_000_000;
        using Sandbox sandbox = Scripted(out ScriptedMachine machine, b => b.HostFunction("Known", (int a) => a).LogTo(static _ => { }));
        Snapshot snapshot = sandbox.Snapshot();
        var random = new Random(20_260_101);
        byte[][] seeds = Seeds();
        byte[] body = new byte[512];
        int completed = 0, errors = 0, poisons = 0, exits = 0;
        machine.OnRun = m =>
        {
            exits++;
            return HostileExit(m, random, seeds, body);
        };

        while (exits < Cases)
        {
            try
            {
                sandbox.Invoke("Any", (GuestValueType)random.Next(10));
                completed++;
            }
            catch (SandboxException failure) when (failure is GuestErrorException or GuestCallRefusedException)
            {
                errors++;
            }
            catch (GuestPoisonException)
            {
                poisons++;
                Assert.Equal(SandboxStatus.Poisoned, sandbox.Status);
                sandbox.Restore(snapshot);
            }

            if (exits % 97 == 0) Assert.True(sandbox.BuffersAreClean);
        }

        Assert.True(completed > 100 && errors > 100 && poisons > 100, $"{completed} completed, {errors} errors, {poisons} poisons");
    }

    private static VmExit HostileExit(ScriptedMachine machine, Random random, byte[][] seeds, byte[] buffer)
    {
        uint size = (uint)machine.Buffers.Output.Length;
        Span<byte> body = Body(seeds[random.Next(seeds.Length)], random, buffer);
        uint offset = random.Next(4) == 0 ? (uint)random.Next() : (uint)random.Next((int)size);
        if ((ulong)offset + 4 + (ulong)body.Length <= size)
        {
            uint? length = random.Next(8) switch
            {
                0 => (uint)random.NextInt64(1L << 32),
                1 => uint.MaxValue - (uint)random.Next(8),
                2 => size - offset,
                _ => null,
            };
            machine.Emit(offset, body, length);
        }

        ushort port = random.Next(16) == 0 ? (ushort)random.Next(0x10000) : (ushort)(GuestAbi.ReadyPort + random.Next(5));
        return random.Next(64) == 0 ? VmExit.PortViolation(port, default) : VmExit.Output(port, offset);
    }

    private static Span<byte> Body(byte[] seed, Random random, byte[] buffer)
    {
        Span<byte> body = buffer.AsSpan(0, seed.Length);
        seed.CopyTo(body);
        switch (random.Next(4))
        {
            case 0:
                random.NextBytes(body);
                break;
            case 1:
                for (int i = random.Next(1, 6); i > 0; i--) body[random.Next(body.Length)] = (byte)random.Next(256);
                break;
            case 2:
                body = body[..random.Next(body.Length + 1)];
                break;
        }

        return body;
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
}
