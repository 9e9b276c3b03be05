using SandboxActors.Machine;

namespace SandboxActors.Kvm.Tests;

public sealed class RunGateSpec
{
    // More than the kernel ever gives to a thread: a signal to it fails.
    private const int NoThread = int.MaxValue;

    [Fact]
    public void Of_several_requests_that_cannot_be_delivered_each_says_so_and_none_stands()
    {
        const int Interrupters = 3;
        var gate = new RunGate();
        Assert.True(gate.TryEnter(NoThread));
        using var together = new Barrier(Interrupters);
        int refused = 0;
        var threads = new Thread[Interrupters];
        const int Rounds = 2000;
        for (int index = 0; index < Interrupters; index++)
        {
            threads[index] = new Thread(() =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    together.SignalAndWait();
                    try
                    {
                        gate.Request();
                    }
                    catch (MachineException)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            });
            threads[index].Start();
        }

        foreach (Thread thread in threads) thread.Join();

        Assert.Equal(Interrupters * Rounds, refused);
        Assert.False(gate.Leave());
    }
}
