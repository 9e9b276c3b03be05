using System.Collections.Concurrent;
using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>
/// Slices of a millisecond, and preemptions at any moment besides, under calls that complete, call the host, spin and are killed: every call has one
/// outcome, the right one, and every sandbox is well afterwards. Random, from fixed seeds.
/// </summary>
public sealed class PreemptionStormSpec : SandboxTest
{
    private const int Count = 6;
    private const int CallsEach = 60;

    private readonly ConcurrentDictionary<SandboxRef, int> _kills = new();

    [SkippableTheory, OnEachBackend(1), OnEachBackend(2), OnEachBackend(3)]
    public async Task Every_call_has_its_one_outcome_and_every_sandbox_is_well_afterwards(string backend, int seed)
    {
        Sandboxes sandboxes = Start(backend, s => s with
        {
            GuestThreads = 2,
            Scheduling = s.Scheduling with { Quantum = TimeSpan.FromMilliseconds(1) },
            Healing = s.Healing with
            {
                MaximumRestores = HealingSettings.Unlimited,
                MinimumBackoff = TimeSpan.FromMilliseconds(1),
                MaximumBackoff = TimeSpan.FromMilliseconds(1),
            },
        });
        SandboxDefinition definition = sandboxes.Define("simple", s => s
            .HostFunction("HostAdd", (int a, int b) => a + BusyUntilAfterTheSlice(b))
            .HostFunction("HostEchoI64", async (long value) =>
            {
                await Task.Yield();
                return value;
            }));
        var all = new List<SandboxRef>();
        for (int i = 0; i < Count; i++) all.Add(await sandboxes.CreateAsync(definition).WaitAsync(Patience));

        using var done = new CancellationTokenSource();
        Task preempting = Task.Run(() => PreemptAsync(all, new Random(seed), done.Token));
        await Task.WhenAll(all.Select((sandbox, i) => Task.Run(() => LiveAsync(sandbox, new Random((100 * seed) + i)))));
        await done.CancelAsync();
        await preempting.WaitAsync(Patience);

        foreach (SandboxRef sandbox in all)
        {
            Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
            SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
            Assert.Equal((SandboxActorState.Healthy, 0), (report.State, report.Waiting));
            Assert.Equal(CallsEach + 1, report.Calls);
            Assert.Equal(_kills.GetValueOrDefault(sandbox), report.Poisonings);
        }
    }

    private static int BusyUntilAfterTheSlice(int value)
    {
        long end = Stopwatch.GetTimestamp() + (value % 4 * Stopwatch.Frequency / 1000);
        while (Stopwatch.GetTimestamp() < end) Thread.Yield();
        return value;
    }

    private static async Task PreemptAsync(List<SandboxRef> sandboxes, Random random, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            sandboxes[random.Next(sandboxes.Count)].Lifeline.Preempt();
            await Task.Yield();
        }
    }

    private async Task LiveAsync(SandboxRef sandbox, Random random)
    {
        for (int i = 0; i < CallsEach; i++)
        {
            switch (random.Next(5))
            {
                case 0:
                    int b = random.Next(100);
                    Assert.Equal(i + b, await sandbox.CallAsync<int>("Add", i, b).WaitAsync(Patience));
                    break;
                case 1:
                    Assert.Equal(i, await sandbox.CallAsync<long>("RoundTripHostI64", (long)i).WaitAsync(Patience));
                    break;
                case 2:
                    await sandbox.CallAsync<ulong>("SpinForMs", (uint)random.Next(4)).WaitAsync(Patience);
                    break;
                case 3:
                    await KillAsync(sandbox, sandbox.CallAsync("Spin"), mayComplete: false);
                    break;
                default:
                    await KillAsync(sandbox, sandbox.CallAsync<int>("EchoI32", i), mayComplete: true);
                    break;
            }
        }
    }

    /// <summary>A call and a kill that race: the call's outcome and the kill's agree.</summary>
    private async Task KillAsync(SandboxRef sandbox, Task call, bool mayComplete)
    {
        KillOutcome outcome;
        do
        {
            await Task.Yield(); // so that the call may start
            outcome = await sandbox.KillAsync().WaitAsync(Patience);
        }
        while (!mayComplete && outcome != KillOutcome.Killed);

        if (outcome == KillOutcome.Killed)
        {
            await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Patience));
            _kills.AddOrUpdate(sandbox, 1, static (_, count) => count + 1);
        }
        else
        {
            await call.WaitAsync(Patience);
        }
    }
}
