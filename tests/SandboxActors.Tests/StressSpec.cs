using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.TestKit;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;
using Xunit.Abstractions;

namespace SandboxActors.Tests;

/// <summary>
/// A minute of everything at once, on slices of a millisecond: calls that complete, fail, fault, spin, wait and yield, alone and in batches, killed,
/// out of time, cancelled, out of budget, given up and left by their callers. Each call has its one outcome, and it is one that it can have; no call
/// sees the end of another; every sandbox is well afterwards. Random, from a seed that is printed.
/// </summary>
/// <remarks>
/// No signal leaks: a call that nobody bounds and nobody kills runs alone on its sandbox while all the others are killed, and must complete.
/// </remarks>
public sealed class StressSpec(ITestOutputHelper output) : SandboxTest
{
    private const int Count = 9;
    private const int Shared = 3;

    private static readonly TimeSpan Together = TimeSpan.FromSeconds(30); // on each backend

    private readonly ConcurrentDictionary<string, int> _outcomes = new();

    [SkippableTheory, OnEachBackend]
    public async Task For_a_minute_no_reply_is_lost_or_given_twice_no_end_reaches_another_call_and_every_sandbox_heals(string backend)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
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
            .PrintTo(static _ => { })
            .HostFunction("HostAdd", (int a, int b) => a + b)
            .HostFunction("HostEchoI64", async (long value, CancellationToken token) =>
            {
                await Task.Delay((int)(value & 3), token);
                return value;
            }));
        var all = new List<SandboxRef>();
        for (int i = 0; i < Count + Shared; i++) all.Add(await sandboxes.CreateAsync(definition).WaitAsync(Patience));

        long start = Stopwatch.GetTimestamp();
        Task[] living =
        [
            .. all.Take(Count).Select((sandbox, i) => Task.Run(() => LiveAsync(sandbox, new Random(seed + i), start))),
            .. all.Skip(Count).Select((sandbox, i) => Task.Run(() => SpeakTheProtocolAsync(sandbox, new Random(seed + Count + i), start))),
            .. all.Skip(Count).Select(sandbox => Task.Run(() => KillWhateverRunsAsync(sandbox, start))),
        ];
        await Task.WhenAll(living);

        foreach (SandboxRef sandbox in all)
        {
            Assert.Equal(7, await sandbox.CallAsync<int>("EchoI32", 7).WaitAsync(Patience));
            SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
            Assert.Equal((SandboxActorState.Healthy, 0), (report.State, report.Waiting));
            Assert.Equal(report.Poisonings, report.Restores);
        }

        foreach ((string outcome, int count) in _outcomes.OrderBy(static o => o.Key)) output.WriteLine($"{count,7} {outcome}");
        Assert.All(["EchoI32 completed", "Spin killed", "Spin deadline", "Spin cancelled", "Spin budget", "stream left"], name => Assert.Contains(name, _outcomes.Keys));
    }

    private static bool IsOver(long start) => Stopwatch.GetElapsedTime(start) > Together;

    private async Task LiveAsync(SandboxRef sandbox, Random random, long start)
    {
        while (!IsOver(start))
        {
            switch (random.Next(9))
            {
                case 0:
                    await CompleteAsync(sandbox, random);
                    break;
                case 1:
                    await KillAsync(sandbox);
                    break;
                case 2:
                    await BoundAsync(sandbox, new CallOptions { Timeout = TimeSpan.FromMilliseconds(random.Next(1, 8)) }, "deadline");
                    break;
                case 3:
                    await BoundAsync(sandbox, new CallOptions { CpuBudget = TimeSpan.FromMilliseconds(random.Next(1, 5)) }, "budget");
                    break;
                case 4:
                    await CancelAsync(sandbox, random);
                    break;
                case 5:
                    await Assert.ThrowsAsync<GuestFaultException>(() => sandbox.CallAsync("TriggerException").WaitAsync(Patience));
                    Saw("TriggerException faulted");
                    break;
                case 6:
                    await StreamAsync(sandbox, random);
                    break;
                case 7:
                    await RaceAsync(sandbox, random);
                    break;
                default:
                    Assert.Equal(5L, await sandbox.CallAsync<long>("RoundTripHostI64", 5L).WaitAsync(Patience));
                    Saw("RoundTripHostI64 completed");
                    break;
            }
        }
    }

    /// <summary>Many calls at once, which go to the guest together. Nobody bounds or kills them, so all complete, in order.</summary>
    private async Task CompleteAsync(SandboxRef sandbox, Random random)
    {
        Task<int>[] calls = [.. Enumerable.Range(0, random.Next(1, 100)).Select(i => sandbox.CallAsync<int>("EchoI32", i))];
        Assert.Equal(Enumerable.Range(0, calls.Length), await Task.WhenAll(calls).WaitAsync(Patience));
        Saw("EchoI32 completed", calls.Length);
    }

    private async Task KillAsync(SandboxRef sandbox)
    {
        Task spin = sandbox.CallAsync("Spin");
        Task<int> behind = sandbox.CallAsync<int>("EchoI32", 3);
        while (await sandbox.KillAsync().WaitAsync(Patience) != KillOutcome.Killed) await Task.Yield();
        await Assert.ThrowsAsync<GuestKilledException>(() => spin.WaitAsync(Patience));
        Saw("Spin killed");
        Assert.Equal(3, await behind.WaitAsync(Patience));
    }

    private async Task BoundAsync(SandboxRef sandbox, CallOptions options, string name)
    {
        Exception end = await Assert.ThrowsAnyAsync<Exception>(() => sandbox.CallAsync("Spin", options).WaitAsync(Patience));
        if (options.Timeout is not null && end is TimeoutException) Saw("Spin given up");
        else if (options.Timeout is not null) Assert.IsType<GuestDeadlineExceededException>(end);
        else Assert.IsType<GuestCpuBudgetExceededException>(end);
        Saw($"Spin {name}");
        Assert.Equal(4, await sandbox.CallAsync<int>("EchoI32", 4).WaitAsync(Patience));
    }

    private async Task CancelAsync(SandboxRef sandbox, Random random)
    {
        using var cancellation = new CancellationTokenSource();
        var options = new CallOptions { Cancellation = cancellation.Token };
        Task[] calls = [sandbox.CallAsync("Spin", options), .. Enumerable.Range(0, random.Next(5)).Select(_ => sandbox.CallAsync("NoOp", options))];
        Task<int> behind = sandbox.CallAsync<int>("EchoI32", 5);
        if (random.Next(2) == 0) await Task.Yield();
        else await sandbox.StatusAsync().WaitAsync(Patience);
        await cancellation.CancelAsync();
        foreach (Task call in calls)
        {
            Exception end = await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(Patience));
            Assert.True(end is OperationCanceledException or GuestCallCancelledException, end.ToString());
        }

        Saw("Spin cancelled");
        Assert.Equal(5, await behind.WaitAsync(Patience));
    }

    private async Task StreamAsync(SandboxRef sandbox, Random random)
    {
        int last = random.Next(40);
        int next = 0;
        await foreach (int item in sandbox.StreamAsync<int>("YieldForEver", new StreamOptions { Capacity = random.Next(1, 8) }))
        {
            Assert.Equal(next++, item);
            if (item == last) break;
        }

        Saw("stream left");
        Assert.Equal(6, await sandbox.CallAsync<int>("EchoI32", 6).WaitAsync(Patience));
    }

    /// <summary>A call that is about to complete, and a kill: what both are told agrees.</summary>
    private async Task RaceAsync(SandboxRef sandbox, Random random)
    {
        Task<int> call = sandbox.CallAsync<int>("Add", 1, 2);
        for (int i = random.Next(3); i > 0; i--) await Task.Yield();
        if (await sandbox.KillAsync().WaitAsync(Patience) == KillOutcome.Killed)
        {
            await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(Patience));
            Saw("Add killed");
        }
        else
        {
            Assert.Equal(3, await call.WaitAsync(Patience));
            Saw("Add completed");
        }
    }

    /// <summary>Counts replies: exactly one for each call, from callers that live and from some that go.</summary>
    private async Task SpeakTheProtocolAsync(SandboxRef sandbox, Random random, long start)
    {
        TestProbe probe = CreateTestProbe();
        while (!IsOver(start))
        {
            int sent = random.Next(1, 50);
            for (int i = 0; i < sent; i++) sandbox.ActorRef.Tell(new SandboxProtocol.Call("EchoI32", GuestValueType.Int32, [i]), probe);
            if (random.Next(3) == 0)
            {
                IActorRef gone = Sys.ActorOf(Props.Empty);
                for (int i = 0; i < 3; i++)
                    sandbox.ActorRef.Tell(new SandboxProtocol.Call("Spin", GuestValueType.Void, []) { EndsWithCaller = true }, gone);
                Sys.Stop(gone);
                Saw("callers gone");
            }

            for (int i = 0; i < sent; i++)
            {
                // Somebody kills whatever runs: a reply comes all the same, and in order.
                object reply = await probe.ReceiveOneAsync(Patience);
                if (reply is SandboxProtocol.Completed completed) Assert.Equal(i, completed.Value.AsInt32());
                else Assert.IsType<GuestKilledException>(Assert.IsType<SandboxProtocol.Failed>(reply).Cause);
            }

            Assert.False(probe.HasMessages);
        }
    }

    private async Task KillWhateverRunsAsync(SandboxRef sandbox, long start)
    {
        while (!IsOver(start))
        {
            await sandbox.StatusAsync().WaitAsync(Patience);
            if (await sandbox.KillAsync().WaitAsync(Patience) == KillOutcome.Killed) Saw("whatever ran killed");
        }
    }

    private void Saw(string outcome, int count = 1) => _outcomes.AddOrUpdate(outcome, count, (_, before) => before + count);
}
