using SandboxActors.Kvm.Native;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

// A garbage collection of another test's would end runs by its signals, which are counted here.
[Collection(Counting.Name)]
public sealed class InterruptSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // jmp to itself
    private static ReadOnlySpan<byte> Spin => [0xEB, 0xFE];

    // out 0xE0, eax; jmp back to it
    private static ReadOnlySpan<byte> OutputForever => [0xE7, 0xE0, 0xEB, 0xFC];

    [KvmFact]
    public void A_request_before_a_run_ends_that_run_once()
    {
        using var guest = new TestGuest(OutputForever);

        guest.Machine.Interrupt();
        guest.Machine.Interrupt();

        Assert.Equal(VmExit.Interrupted, guest.Machine.Run());
        guest.RunToOutput();
        Assert.Equal(0, guest.Machine.StaleInterrupts);
    }

    [KvmFact]
    public void A_guest_that_spins_is_interrupted_and_can_go_on_on_another_thread()
    {
        using var guest = new TestGuest(Spin);
        for (int round = 0; round < 5; round++)
        {
            Task<VmExit> run = RunOnAThread(guest.Machine);
            guest.Machine.Interrupt();
            Assert.True(run.Wait(Patience));
            Assert.Equal(VmExit.Interrupted, run.Result);
            Assert.Equal(TestGuest.CodeStart.Value, guest.General.Rip);
        }

        Assert.Equal(0, guest.Machine.StaleInterrupts);
    }

    [KvmFact]
    public void No_request_is_lost_whatever_its_timing()
    {
        const int Rounds = 3000;
        using var guest = new TestGuest(OutputForever);
        using var barrier = new Barrier(2);
        int interrupted = 0;
        var runner = new Thread(() =>
        {
            for (int round = 0; round < Rounds && barrier.SignalAndWait(Patience); round++)
            {
                // Ends only by the request of this round.
                while (guest.Machine.Run().Kind == VmExitKind.Output)
                {
                }

                interrupted++;
                if (!barrier.SignalAndWait(Patience)) return;
            }
        });
        runner.Start();
        var random = new Random(1);
        for (int round = 0; round < Rounds; round++)
        {
            Assert.True(barrier.SignalAndWait(Patience));
            Thread.SpinWait(random.Next(3000));
            guest.Machine.Interrupt();
            Assert.True(barrier.SignalAndWait(Patience), $"the request of round {round} was lost");
        }

        Assert.True(runner.Join(Patience));
        Assert.Equal(Rounds, interrupted);
        Assert.Equal(VmExitKind.Output, guest.Machine.Run().Kind);
        Assert.Equal(0, guest.Machine.StaleInterrupts);
    }

    [KvmFact]
    public void Many_interrupters_at_once_end_a_spinning_guest_again_and_again()
    {
        const int Rounds = 300;
        using var guest = new TestGuest(Spin);
        using var stop = new CancellationTokenSource();
        Task[] interrupters =
        [
            .. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    while (!stop.IsCancellationRequested) guest.Machine.Interrupt();
                },
                TaskCreationOptions.LongRunning)),
        ];
        var runner = new Thread(() =>
        {
            for (int round = 0; round < Rounds; round++) Assert.Equal(VmExit.Interrupted, guest.Machine.Run());
        });
        runner.Start();
        bool ended = runner.Join(Patience);
        stop.Cancel();

        Assert.True(ended);
        Assert.True(Task.WaitAll(interrupters, Patience));
        Assert.Equal(0, guest.Machine.StaleInterrupts);
    }

    [KvmFact]
    public void An_interrupt_never_hits_another_machine_on_the_same_thread()
    {
        const int Rounds = 3000;
        using var target = new TestGuest(OutputForever);
        using var bystander = new TestGuest(OutputForever);
        bool done = false;
        var interrupter = new Thread(() =>
        {
            var random = new Random(2);
            while (!Volatile.Read(ref done))
            {
                target.Machine.Interrupt();
                Thread.SpinWait(random.Next(2000));
            }
        });
        interrupter.Start();
        int interrupted = 0;
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                if (target.Machine.Run().Kind == VmExitKind.Interrupted) interrupted++;
                Assert.Equal(VmExitKind.Output, bystander.Machine.Run().Kind);
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            Assert.True(interrupter.Join(Patience));
        }

        Assert.NotEqual(0, interrupted);
        Assert.Equal((0, 0), (target.Machine.StaleInterrupts, bystander.Machine.StaleInterrupts));
    }

    [KvmFact]
    public void Interrupting_while_a_machine_runs_and_is_disposed_hurts_nobody()
    {
        const int Rounds = 150;
        TestGuest? current = null;
        bool done = false;
        var interrupter = new Thread(() =>
        {
            while (!Volatile.Read(ref done)) Volatile.Read(ref current)?.Machine.Interrupt();
        });
        interrupter.Start();
        try
        {
            for (int round = 0; round < Rounds; round++)
            {
                using var guest = new TestGuest(OutputForever);
                Volatile.Write(ref current, guest);
                for (int run = 0; run < 4; run++) Assert.Contains(guest.Machine.Run().Kind, new[] { VmExitKind.Output, VmExitKind.Interrupted });
                Assert.Equal(0, guest.Machine.StaleInterrupts);
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            Assert.True(interrupter.Join(Patience));
        }
    }

    [KvmFact]
    public void Interrupting_after_dispose_does_nothing_and_running_is_refused()
    {
        var guest = new TestGuest(OutputForever);
        guest.Dispose();

        guest.Machine.Interrupt();
        guest.Machine.Dispose();

        Assert.Throws<ObjectDisposedException>(() => guest.Machine.Run());
        Assert.Throws<ObjectDisposedException>(() => guest.Machine.ReadState());
    }

    [KvmFact]
    public void A_signal_that_nobody_asked_for_is_counted_and_the_run_goes_on()
    {
        using var guest = new TestGuest(Spin);
        int threadId = 0;
        VmExit exit = default;
        using var ready = new ManualResetEventSlim();
        var runner = new Thread(() =>
        {
            threadId = InterruptSignal.PrepareThread(out _);
            ready.Set();
            exit = guest.Machine.Run();
        });
        runner.Start();
        Assert.True(ready.Wait(Patience));
        InterruptSignal.Send(threadId);
        Assert.True(SpinWait.SpinUntil(() => guest.Machine.StaleInterrupts == 1, Patience));

        guest.Machine.Interrupt();

        Assert.True(runner.Join(Patience));
        Assert.Equal(VmExit.Interrupted, exit);
        Assert.Equal(1, guest.Machine.StaleInterrupts);
    }

    [KvmFact]
    public void A_thread_has_no_signal_left_when_its_run_has_ended()
    {
        using var guest = new TestGuest(OutputForever);
        var runner = new Thread(() =>
        {
            for (int round = 0; round < 200; round++)
            {
                guest.Machine.Run();
                Assert.Equal(0UL, PendingSignalsOfThisThread());
            }
        });
        runner.Start();
        while (!runner.Join(TimeSpan.Zero)) guest.Machine.Interrupt();
    }

    [KvmFact]
    public void Two_threads_cannot_run_a_machine_at_once()
    {
        // mov dword [rdi], 1; jmp to itself
        using var guest = new TestGuest([0xC7, 0x07, 0x01, 0x00, 0x00, 0x00, 0xEB, 0xFE]);
        guest.Set(general => general with { Rdi = TestGuest.DataStart.Value });
        Task<VmExit> run = RunOnAThread(guest.Machine);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => guest.Data.Read(0, 1)[0] == 1, Patience));
            Assert.Throws<InvalidOperationException>(() => guest.Machine.Run());
        }
        finally
        {
            guest.Machine.Interrupt();
            Assert.True(run.Wait(Patience));
        }
    }

    [KvmFact]
    public void A_run_that_ends_in_an_output_allocates_nothing()
    {
        using var guest = new TestGuest(OutputForever);
        guest.RunToOutput();
        guest.Machine.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int round = 0; round < 100; round++) guest.Machine.Run();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Task<VmExit> RunOnAThread(IVirtualMachine machine) => Task.Factory.StartNew(machine.Run, TaskCreationOptions.LongRunning);

    private static ulong PendingSignalsOfThisThread()
    {
        string line = File.ReadLines($"/proc/self/task/{LibC.gettid()}/status").Single(line => line.StartsWith("SigPnd:", StringComparison.Ordinal));
        return Convert.ToUInt64(line[7..].Trim(), 16);
    }
}
