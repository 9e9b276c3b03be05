using SandboxActors.Core;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Tests;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What is measured of guests that answer what a test wants.</summary>
public sealed class ScriptedMetricSpec : IDisposable
{
    private const int Times = 1_000;
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    private readonly ScriptedHypervisor _hypervisor = new();
    private readonly MessageWriter _writer = new();

    public void Dispose() => _hypervisor.Dispose();

    [Fact]
    public void Nothing_that_a_guest_says_becomes_a_label()
    {
        using var metering = new Metering();
        using Sandbox sandbox = Build();
        var random = new Random(7);
        for (int i = 0; i < 500; i++)
        {
            string text = Convert.ToHexString(BitConverter.GetBytes(random.NextInt64()));
            byte[] error = [.. _writer.WriteError(random.Next(), text)];
            byte[] hostCall = [.. _writer.WriteCall(text, GuestValueType.Int32, [text])];
            bool hasCalled = false;
            Machine.OnRun = machine => (hasCalled = !hasCalled) ? Emit(machine, GuestAbi.HostCallPort, hostCall) : Emit(machine, GuestAbi.ReadyPort, error);
            Assert.ThrowsAny<SandboxException>(() => sandbox.Call(text));
        }

        Assert.Equal(["outcome=guest_error"], metering.Labels("sandbox.calls"));
        Assert.Equal(["outcome=refused"], metering.Labels("sandbox.host_function.duration"));
        Assert.Equal(["sandbox.error.code=other"], metering.Labels("sandbox.guest_errors"));
        Assert.Equal(500, metering.Count("sandbox.guest_errors", "sandbox.error.code=other"));
    }

    [Fact]
    public void Words_of_a_guest_that_dies_are_no_labels_either()
    {
        using var metering = new Metering();
        for (int i = 0; i < 20; i++)
        {
            using Sandbox sandbox = Build();
            byte[] panic = [.. _writer.WriteError(i, $"words {i}")];
            Machine.OnRun = machine => Emit(machine, GuestAbi.PanicPort, panic);
            Assert.Throws<GuestAbortedException>(() => sandbox.Call("Die"));
        }

        Assert.Equal(["sandbox.poison.reason=Panicked"], metering.Labels("sandbox.poisons"));
    }

    [Theory]
    [InlineData(GuestErrorCode.GuestError, "GuestError")]
    [InlineData(GuestErrorCode.HostFunctionError, "HostFunctionError")]
    [InlineData((GuestErrorCode)1, "other")]
    [InlineData((GuestErrorCode)(-1), "other")]
    public void An_error_is_counted_by_its_code_if_that_is_one_of_ours(GuestErrorCode code, string label)
    {
        using var metering = new Metering();
        using Sandbox sandbox = Build();
        Answer([.. _writer.WriteError((int)code, "no")]);
        Assert.Throws<GuestErrorException>(() => sandbox.Call("Fail"));
        Assert.Equal(1, metering.Count("sandbox.guest_errors", $"sandbox.error.code={label}"));
    }

    [Fact]
    public void Interruptions_that_meant_nothing_are_counted_once()
    {
        using var metering = new Metering();
        using Sandbox sandbox = Build();
        Answer([.. _writer.WriteReturn(GuestValue.Void)]);
        Machine.StaleInterrupts = 2;
        sandbox.Call("NoOp");
        sandbox.Call("NoOp");
        Machine.StaleInterrupts = 5;
        sandbox.Call("NoOp");
        Assert.Equal(5, metering.Count("sandbox.stale_interrupts"));
    }

    [Fact]
    public void A_restore_that_fails_half_way_has_failed_and_the_sandbox_serves_no_calls()
    {
        using var metering = new Metering();
        using Sandbox sandbox = Build();
        Answer([.. _writer.WriteReturn(GuestValue.Void)]);
        Snapshot snapshot = sandbox.Snapshot();
        long before = metering.Count("sandbox.poisoned");
        sandbox.Call("NoOp");
        Machine.Failing = nameof(IVirtualMachine.WriteState);
        Assert.Throws<RestoreFailedException>(() => sandbox.Restore(snapshot));
        Assert.Equal(1, metering.Count("sandbox.restores", "outcome=failed"));
        Assert.Equal(before + 1, metering.Count("sandbox.poisoned"));
    }

    [Theory]
    [InlineData(nameof(IVirtualMachine.ReadWrittenPages), true)]
    [InlineData(nameof(IVirtualMachine.ForgetWrittenPages), true)]
    [InlineData(nameof(IVirtualMachine.ReadWrittenPages), false)]
    public void A_machine_that_does_not_tell_what_was_written_fails_its_call_and_no_other(string operation, bool atStart)
    {
        using var metering = new Metering();
        using Sandbox sandbox = Build();
        byte[] answer = [.. _writer.WriteReturn(GuestValue.Void)];
        Snapshot snapshot = sandbox.Snapshot();
        if (atStart) Machine.Failing = operation;
        Machine.OnRun = machine =>
        {
            machine.Failing = operation;
            return Emit(machine, GuestAbi.ReadyPort, answer);
        };
        Assert.Equal(atStart ? typeof(MachineException) : typeof(HostFailedException), Record.Exception(() => sandbox.Call("NoOp"))?.GetType());
        Assert.Equal(!atStart, sandbox.Poisoned);

        Machine.Failing = null;
        Answer(answer);
        if (!atStart) sandbox.Restore(snapshot);
        sandbox.Call("NoOp");
        Assert.Equal(1, metering.Recorded("sandbox.call.dirty_pages").Count);
    }

    [Fact]
    public void Whoever_listens_costs_no_allocation()
    {
        using var metering = new Metering();
        using Sandbox sandbox = Build(builder => builder.HostFunction("HostAdd", (int a, int b) => a + b));
        byte[] hostCall = [.. _writer.WriteCall("HostAdd", GuestValueType.Int32, [1, 2])];
        byte[] answer = [.. _writer.WriteReturn(3)];
        bool hasCalled = false;
        Machine.OnRun = machine => (hasCalled = !hasCalled) ? Emit(machine, GuestAbi.HostCallPort, hostCall) : Emit(machine, GuestAbi.ReadyPort, answer);
        int sum = 0;
        Assert.Equal(0, Allocated(() => sum = sandbox.Call<int>("Add", 1, 2)));
        Assert.Equal(3, sum);
        Assert.Equal(2 * Times, metering.Count("sandbox.calls", "outcome=completed"));
    }

    [Fact]
    public void While_nobody_listens_no_clock_is_read()
    {
        var clock = new ReadClock();
        using Sandbox sandbox = Build(builder => builder.Clock(clock));
        Answer([.. _writer.WriteReturn(GuestValue.Void)]);
        sandbox.Call("NoOp");
        Assert.Equal(0, clock.Reads);
        using var metering = new Metering();
        sandbox.Call("NoOp");
        Assert.Equal(3, clock.Reads); // when it begins, when it ends, and when its pages were counted
    }

    private ScriptedMachine Machine => _hypervisor.Machines[^1];

    private Sandbox Build(Action<SandboxBuilder>? configure = null)
    {
        var builder = new SandboxBuilder(_hypervisor, Image);
        configure?.Invoke(builder);
        return builder.Build();
    }

    private void Answer(byte[] answer) => Machine.OnRun = machine => Emit(machine, GuestAbi.ReadyPort, answer);

    private static VmExit Emit(ScriptedMachine machine, ushort port, byte[] message)
    {
        machine.Emit(0, message.AsSpan(GuestAbi.SizePrefix));
        return VmExit.Output(port, 0);
    }

    private static long Allocated(Action call)
    {
        for (int i = 0; i < Times; i++) call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++) call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class ReadClock : TimeProvider
    {
        public int Reads { get; private set; }

        public override long GetTimestamp()
        {
            Reads++;
            return base.GetTimestamp();
        }
    }
}
