using SandboxActors.Core.Exitless;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Exitless;

/// <summary>Runs on a thread of their own, one at a time, whoever of the two sleeps when the other is done.</summary>
public sealed class MachineRunnerSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    [Fact]
    public void Runs_follow_each_other_and_each_has_its_exit()
    {
        int thread = 0;
        uint runs = 0;
        var runner = new MachineRunner(
            new ScriptedMachine(_ =>
            {
                thread = Environment.CurrentManagedThreadId;
                return VmExit.Output(1, ++runs);
            }),
            static () => { });
        var random = new Random(1);
        for (uint i = 1; i <= 20_000; i++)
        {
            runner.Begin();
            if (random.Next(3) == 0) SpinWait.SpinUntil(() => runner.HasExit, Bound);
            Assert.True(runner.WaitForExit(Bound));
            Assert.Equal(VmExit.Output(1, i), runner.TakeExit());
            if (random.Next(50) == 0) Thread.SpinWait(20_000); // it falls asleep meanwhile
        }

        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        runner.Close();
    }

    [Fact]
    public void Its_thread_ends_when_there_is_no_work_and_is_there_again_when_there_is()
    {
        Thread? thread = null;
        var runner = new MachineRunner(
            new ScriptedMachine(_ =>
            {
                thread = Thread.CurrentThread;
                return VmExit.Interrupted;
            }),
            static () => { });
        Run(runner);
        Thread first = thread!;
        Assert.True(first.Join(Bound));
        Run(runner);
        Assert.NotSame(first, thread);
        runner.Close();
        Assert.True(thread!.Join(Bound));
    }

    [Fact]
    public void A_run_that_fails_fails_to_whoever_takes_its_exit_and_the_next_one_runs()
    {
        bool fails = true;
        var runner = new MachineRunner(
            new ScriptedMachine(_ => fails ? throw MachineException.FromErrno("KVM_RUN", 5) : VmExit.Interrupted), static () => { });
        Assert.Throws<MachineException>(() => Run(runner));
        fails = false;
        Assert.Equal(VmExit.Interrupted, Run(runner));
        runner.Close();
    }

    [Fact]
    public void Whoever_waits_too_long_is_told_so_and_may_wait_again()
    {
        using var mayEnd = new ManualResetEventSlim();
        var runner = new MachineRunner(
            new ScriptedMachine(_ =>
            {
                mayEnd.Wait(Bound);
                return VmExit.Interrupted;
            }),
            static () => { });
        runner.Begin();
        Assert.False(runner.WaitForExit(TimeSpan.FromMilliseconds(1)));
        Assert.True(runner.IsRunning);
        mayEnd.Set();
        Assert.True(runner.WaitForExit(Bound));
        Assert.Equal(VmExit.Interrupted, runner.TakeExit());
        runner.Close();
    }

    [Fact]
    public void Ticks_come_while_there_is_a_thread()
    {
        using var ticks = new CountdownEvent(3);
        var runner = new MachineRunner(
            new ScriptedMachine(_ => ticks.Wait(Bound) ? VmExit.Interrupted : VmExit.Shutdown),
            () =>
            {
                if (!ticks.IsSet) ticks.Signal();
            });
        Assert.Equal(VmExit.Interrupted, Run(runner));
        runner.Close();
    }

    private static VmExit Run(MachineRunner runner)
    {
        runner.Begin();
        Assert.True(runner.WaitForExit(Bound));
        return runner.TakeExit();
    }
}
