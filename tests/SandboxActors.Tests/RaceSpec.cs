using System.Globalization;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using Xunit.Abstractions;

namespace SandboxActors.Tests;

/// <summary>
/// Calls, kills, stops, snapshots and poisonings at random and at the same time: every request is answered once, and every answer is right.
/// </summary>
public sealed class RaceSpec(ITestOutputHelper output) : SandboxTest
{
    private const int NewSeed = 0;
    private const int Workers = 6;
    private const int Rounds = 150;

    [SkippableTheory]
    [OnEachBackend(1)]
    [OnEachBackend(2)]
    [OnEachBackend(NewSeed)]
    public async Task Whatever_is_done_at_the_same_time_each_sandboxs_state_is_what_its_answers_say(string backend, int seed)
    {
        if (seed == NewSeed) seed = Random.Shared.Next();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        Sandboxes sandboxes = Start(backend, change: s => s with
        {
            Healing = s.Healing with
            {
                MaximumRestores = HealingSettings.Unlimited,
                MinimumBackoff = TimeSpan.FromMilliseconds(1),
                MaximumBackoff = TimeSpan.FromMilliseconds(2),
            },
        });
        SandboxDefinition definition = sandboxes.Define("simple");
        var current = new SandboxRef[Workers];
        using var done = new CancellationTokenSource();
        for (int i = 0; i < Workers; i++) current[i] = await sandboxes.CreateAsync(definition);

        Task chaos = ChaosAsync(new Random(seed), current, done.Token);
        int[] values = await Task.WhenAll(
            Enumerable.Range(0, Workers).Select(i => WorkAsync(new Random(seed + i + 1), i, current, () => sandboxes.CreateAsync(definition))));
        await done.CancelAsync();
        await chaos.WaitAsync(Patience);
        for (int i = 0; i < Workers; i++)
        {
            if (current[i].WhenStopped.IsCompleted) continue; // after its worker's last round
            Assert.Equal(values[i], await AnswerTo(current[i].CallAsync<int>("GetStatic")));
        }
    }

    /// <summary>Makes calls and checks the number that the guest keeps against what the answers said before.</summary>
    /// <returns>The number that the guest must have in the end.</returns>
    private static async Task<int> WorkAsync(Random random, int index, SandboxRef[] current, Func<Task<SandboxRef>> create)
    {
        int value = 0;
        int saved = 0;
        for (int round = 0; round < Rounds; round++)
        {
            SandboxRef sandbox = current[index];
            try
            {
                switch (random.Next(8))
                {
                    case 0:
                        await Assert.ThrowsAsync<GuestAbortedException>(() => AnswerTo(sandbox.CallAsync("guest_panic", "on purpose")));
                        value = saved;
                        break;
                    case 1:
                        await AnswerTo(sandbox.SnapshotAsync());
                        saved = value;
                        break;
                    case 2:
                        // Never ends by itself: retried, since a kill that comes before the guest runs has no effect.
                        Task spin = sandbox.CallAsync("Spin");
                        while (!spin.IsCompleted) await Task.WhenAny(spin, AnswerTo(sandbox.KillAsync()));
                        await Assert.ThrowsAsync<GuestKilledException>(() => spin);
                        value = saved;
                        break;
                    default:
                        int expected = value + 1;
                        Assert.Equal(expected, await AnswerTo(sandbox.CallAsync<int>("AddToStatic", 1)));
                        value = expected;
                        break;
                }
            }
            catch (GuestKilledException)
            {
                value = saved;
            }
            catch (SandboxStoppedException)
            {
                await sandbox.WhenStopped.WaitAsync(Patience);
                current[index] = await AnswerTo(create());
                value = saved = 0;
            }
            catch (Xunit.Sdk.ThrowsException thrown) when (thrown.InnerException is GuestKilledException)
            {
                value = saved; // the kill came before the poison
            }
            catch (Xunit.Sdk.ThrowsException thrown) when (thrown.InnerException is SandboxStoppedException)
            {
                current[index] = await AnswerTo(create());
                value = saved = 0;
            }
        }

        return value;
    }

    private static async Task ChaosAsync(Random random, SandboxRef[] current, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            SandboxRef victim = Volatile.Read(ref current[random.Next(Workers)]);
            switch (random.Next(20))
            {
                case 0:
                    await AnswerTo(Task.WhenAll(victim.StopAsync(), victim.StopAsync()));
                    break;
                case < 4:
                    await Task.WhenAny(AnswerTo(victim.StatusAsync()));
                    break;
                default:
                    await AnswerTo(victim.KillAsync());
                    break;
            }

            await Task.Yield();
        }
    }

    private static Task<T> AnswerTo<T>(Task<T> task) => task.WaitAsync(Patience);

    private static Task AnswerTo(Task task) => task.WaitAsync(Patience);
}
