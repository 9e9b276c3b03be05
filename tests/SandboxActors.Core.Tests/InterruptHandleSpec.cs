using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>Kill, dispose and preempt at every point of a call, chosen by a script; and many short races.</summary>
public sealed class InterruptHandleSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    [Fact]
    public async Task A_kill_while_the_guest_runs_ends_the_call_and_interrupts_the_machine()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Task<KillOutcome>? kill = null;
        machine.OnRun = _ =>
        {
            kill = sandbox.InterruptHandle.Kill();
            Assert.False(kill.IsCompleted);
            return VmExit.Interrupted;
        };
        Assert.Throws<GuestKilledException>(() => sandbox.Call("Any"));
        Assert.Equal(KillOutcome.Killed, await kill!.WaitAsync(Bound));
        Assert.Equal(1, machine.Interrupts);
    }

    [Fact]
    public async Task A_call_that_completes_first_wins()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Task<KillOutcome>? kill = null;
        machine.OnRun = m =>
        {
            kill ??= sandbox.InterruptHandle.Kill();
            return Completed(m);
        };
        sandbox.Call("Any");
        Assert.Equal(KillOutcome.CompletedFirst, await kill!.WaitAsync(Bound));
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);

        machine.OnRun = Completed;
        sandbox.Call("Next"); // the machine's interrupt may still stand; the request does not
    }

    [Fact]
    public async Task A_call_that_fails_first_wins_too()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Task<KillOutcome>? kill = null;
        machine.OnRun = _ =>
        {
            kill = sandbox.InterruptHandle.Kill();
            return VmExit.Shutdown;
        };
        Assert.Throws<UnexpectedExitException>(() => sandbox.Call("Any"));
        Assert.Equal(KillOutcome.CompletedFirst, await kill!.WaitAsync(Bound));
    }

    [Fact]
    public async Task A_killed_call_can_be_restored_as_soon_as_the_kill_is_known()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        for (int round = 0; round < 200; round++)
        {
            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            machine.OnRun = _ =>
            {
                entered.TrySetResult();
                return VmExit.Interrupted;
            };
            Task call = Task.Run(() => sandbox.Call("Any"));
            await entered.Task.WaitAsync(Bound);
            Assert.Equal(KillOutcome.Killed, await sandbox.InterruptHandle.Kill().WaitAsync(Bound));
            sandbox.Restore(snapshot);
            await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Bound));
        }
    }

    [Fact]
    public void A_preempted_step_is_not_the_end_of_the_call()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        GuestCall call = sandbox.Start("Any", GuestValueType.Void);
        machine.OnRun = _ =>
        {
            sandbox.Preempt();
            return VmExit.Interrupted;
        };
        Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
        Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
        machine.OnRun = Completed;
        Assert.Equal(GuestStepKind.Completed, call.Step().Kind);
        Assert.True(call.IsFinished);
    }

    [Fact]
    public async Task A_kill_between_two_steps_ends_the_call_at_the_next()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        GuestCall call = sandbox.Start("Any", GuestValueType.Void);
        machine.OnRun = _ =>
        {
            sandbox.Preempt();
            return VmExit.Interrupted;
        };
        Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
        int runs = machine.Runs;
        Task<KillOutcome> kill = sandbox.InterruptHandle.Kill();
        Assert.IsType<GuestKilledException>(call.Step().Failure);
        Assert.Equal(runs, machine.Runs);
        Assert.Equal(KillOutcome.Killed, await kill.WaitAsync(Bound));
    }

    [Fact]
    public async Task Disposing_between_two_steps_answers_the_killers()
    {
        Sandbox sandbox = Scripted(out ScriptedMachine machine);
        GuestCall call = sandbox.Start("Any", GuestValueType.Void);
        machine.OnRun = _ =>
        {
            sandbox.Preempt();
            return VmExit.Interrupted;
        };
        call.Step();
        Task<KillOutcome> kill = sandbox.InterruptHandle.Kill();
        sandbox.Dispose();
        Assert.Equal(KillOutcome.Killed, await kill.WaitAsync(Bound));
        Assert.Throws<ObjectDisposedException>(() => call.Step());
        Assert.True(machine.IsDisposed);
    }

    [Fact]
    public void Disposing_while_the_guest_runs_is_done_by_the_operation_inside()
    {
        Sandbox sandbox = Scripted(out ScriptedMachine machine);
        machine.OnRun = m =>
        {
            sandbox.Dispose();
            Assert.False(m.IsDisposed);
            Assert.Equal(SandboxStatus.Disposed, sandbox.Status);
            return VmExit.Interrupted;
        };
        Assert.Throws<GuestKilledException>(() => sandbox.Call("Any"));
        Assert.True(machine.IsDisposed);
        sandbox.Dispose();
    }

    [Fact]
    public async Task Disposing_while_a_call_waits_for_a_host_function_ends_the_wait()
    {
        var hypervisor = new ScriptedHypervisor();
        var never = new TaskCompletionSource<int>();
        Sandbox sandbox = new SandboxBuilder(hypervisor, Image).HostFunction("Never", () => never.Task).Build();
        hypervisor.Machines[0].OnRun = m =>
        {
            m.Emit(0, new MessageWriter().WriteCall("Never", GuestValueType.Int32, [])[GuestAbi.SizePrefix..]);
            return VmExit.Output(GuestAbi.HostCallPort, 0);
        };
        GuestCall call = sandbox.Start("Any", GuestValueType.Void);
        GuestStep step = call.Step();
        Assert.Equal(GuestStepKind.Waiting, step.Kind);
        Assert.False(step.Waiting!.IsCompleted);

        sandbox.Dispose();

        await step.Waiting.WaitAsync(Bound);
        Assert.Throws<ObjectDisposedException>(() => call.Step());
    }

    [Fact]
    public void A_dispose_that_could_not_reach_the_guest_can_be_tried_again()
    {
        Sandbox sandbox = Scripted(out ScriptedMachine machine);
        machine.OnRun = m =>
        {
            m.Failing = nameof(IVirtualMachine.Interrupt);
            Assert.Throws<MachineException>(sandbox.Dispose);
            m.Failing = null;
            sandbox.Dispose();
            Assert.Equal(1, m.Interrupts);
            return VmExit.Interrupted;
        };
        Assert.Throws<GuestKilledException>(() => sandbox.Call("Any"));
        Assert.True(machine.IsDisposed);
    }

    [Fact]
    public void A_guest_that_never_becomes_ready_is_given_up_though_the_first_interruption_fails()
    {
        var hypervisor = new ScriptedHypervisor
        {
            OnRun = m =>
            {
                m.Failing = nameof(IVirtualMachine.Interrupt);
                Assert.True(SpinWait.SpinUntil(() => m.InterruptAttempts > 0, Bound));
                m.Failing = null;
                Assert.True(SpinWait.SpinUntil(() => m.InterruptAttempts > 1, Bound));
                return VmExit.Interrupted;
            },
        };
        var options = new SandboxOptions { InitializationTimeout = TimeSpan.FromMilliseconds(1) };
        Assert.Throws<GuestKilledException>(new SandboxBuilder(hypervisor, Image).WithOptions(options).Build);
        Assert.True(hypervisor.Machines[0].IsDisposed);
    }

    [Fact]
    public void A_second_caller_is_refused_and_not_queued()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        machine.OnRun = m =>
        {
            Assert.Throws<SandboxBusyException>(() => sandbox.Call("Second"));
            Assert.Throws<SandboxBusyException>(() => sandbox.Snapshot());
            Assert.Throws<SandboxBusyException>(() => sandbox.Restore(snapshot));
            return Completed(m);
        };
        sandbox.Call("First");
    }

    [Fact]
    public async Task In_many_short_races_every_kill_is_answered_and_belongs_to_its_call()
    {
        using Sandbox sandbox = Scripted(out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        var random = new Random(4711);
        int left = 0;
        machine.OnRun = m => left-- > 0 ? VmExit.Interrupted : Completed(m);
        for (int round = 0; round < 3000; round++)
        {
            left = random.Next(20);
            int delay = random.Next(200), killers = random.Next(1, 4);
            Task<KillOutcome[]> kills = Task.WhenAll(Enumerable.Range(0, killers).Select(_ => Task.Run(() =>
            {
                Thread.SpinWait(delay);
                return sandbox.InterruptHandle.Kill();
            })));
            bool killed = false;
            try
            {
                sandbox.Call("Any");
            }
            catch (GuestKilledException)
            {
                killed = true;
                sandbox.Restore(snapshot);
            }

            KillOutcome[] outcomes = await kills.WaitAsync(Bound);
            Assert.Equal(killed, outcomes.Contains(KillOutcome.Killed));
            Assert.False(outcomes.Contains(KillOutcome.Killed) && outcomes.Contains(KillOutcome.CompletedFirst));
            left = 0;
            sandbox.Call("Next");
        }
    }

    [Fact]
    public async Task In_many_short_races_of_dispose_with_a_call_the_machine_goes_exactly_once_and_last()
    {
        for (int round = 0; round < 2000; round++)
        {
            Sandbox sandbox = Scripted(out ScriptedMachine machine);
            int left = round % 7;
            machine.OnRun = m =>
            {
                Assert.False(m.IsDisposed);
                return left-- > 0 ? VmExit.Interrupted : Completed(m);
            };
            Task dispose = Task.Run(sandbox.Dispose);
            try
            {
                while (true) sandbox.Call("Any");
            }
            catch (Exception ended) when (ended is ObjectDisposedException or GuestKilledException or PoisonedSandboxException)
            {
                await dispose.WaitAsync(Bound);
                Assert.True(machine.IsDisposed);
            }
        }
    }

    private static VmExit Completed(ScriptedMachine machine)
    {
        machine.Emit(0, new MessageWriter().WriteReturn(GuestValue.Void)[GuestAbi.SizePrefix..]);
        return VmExit.Output(GuestAbi.ReadyPort, 0);
    }

    private static Sandbox Scripted(out ScriptedMachine machine)
    {
        var hypervisor = new ScriptedHypervisor();
        Sandbox sandbox = new SandboxBuilder(hypervisor, Image)
            .HeapSize(16 << 10).StackSize(16 << 10).InputBufferSize(4096).OutputBufferSize(4096).Build();
        machine = hypervisor.Machines[0];
        return sandbox;
    }
}
