using System.Globalization;
using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;
using Kind = SandboxActors.Wire.GuestValueType;

namespace SandboxActors.Tests;

/// <summary>
/// The same requests, at random, handed to one sandbox's guest together and to another's one by one: nobody outside can tell which was which.
/// </summary>
public sealed class BatchDifferenceSpec : SandboxTest
{
    private const int Requests = 150;

    [SkippableTheory]
    [OnEachBackend(1)]
    [OnEachBackend(2)]
    [OnEachBackend(3)]
    [OnEachBackend(4)]
    [OnEachBackend(5)]
    [OnEachBackend(6)]
    public async Task Replies_their_order_and_what_host_functions_see_are_the_same_in_batches_and_one_by_one(string backend, int seed)
    {
        int runs = 0;
        Sandboxes sandboxes = Start(new SabotagedHypervisor(Backends.Open(backend))
        {
            Before = operation =>
            {
                if (operation == "Run") Interlocked.Increment(ref runs);
            },
        });
        var random = new Random(seed);
        object[] requests = [.. Enumerable.Range(0, Requests).Select(_ => Any(random))];
        Transcript together = await RunAsync(sandboxes, batch: 64, requests);
        int runsTogether = Interlocked.Exchange(ref runs, 0);
        Transcript oneByOne = await RunAsync(sandboxes, batch: 1, requests);

        Assert.Equal(oneByOne.Replies, together.Replies);
        Assert.Equal(oneByOne.Seen, together.Seen);
        Assert.Equal((oneByOne.Calls, oneByOne.Poisonings), (together.Calls, together.Poisonings));
        Assert.True(together.Poisonings > 5, $"{together.Poisonings} poisonings");
        Assert.True(runsTogether < runs, $"{runsTogether} entries in batches, {runs} one by one");
    }

    private async Task<Transcript> RunAsync(Sandboxes sandboxes, int batch, object[] requests)
    {
        var seen = new List<string>();
        var inside = new Signal();
        var gate = new TaskCompletionSource();
        SandboxRef? sandbox = null;
        SandboxDefinition definition = sandboxes.Define("simple", s => s
            .Batch(batch)
            .PrintTo(text => seen.Add($"print {text}"))
            .LogTo(record => seen.Add($"log {record.Message}"), GuestLogLevel.Trace)
            .HostFunction("HostEchoNoOp", () =>
            {
                inside.Give();
                return gate.Task;
            })
            .HostFunction("HostAdd", (int a, int b) =>
            {
                seen.Add($"add {a} {b}");
                return a % 5 == 0 ? throw new InvalidOperationException($"no {a}") : a + b;
            })
            .HostFunction("HostEchoI32", async (int a) =>
            {
                seen.Add($"later {a}");
                await Task.Yield();
                return a;
            })
            .HostFunction("HostEchoString", (string text) =>
            {
                seen.Add($"text {text.Length}");
                return new string('y', text.Length * 97 % 70_000);
            })
            .HostFunction("Kill", () =>
            {
                seen.Add("kill");
                _ = sandbox!.KillAsync();
            })
            .Healing(h => h with
            {
                MaximumRestores = HealingSettings.Unlimited,
                MinimumBackoff = TimeSpan.FromMilliseconds(1),
                MaximumBackoff = TimeSpan.FromMilliseconds(1),
            }));
        sandbox = await sandboxes.CreateAsync(definition).WaitAsync(Patience);
        Task held = sandbox.CallAsync("RoundTripHostNoOp");
        await inside.WaitAsync();
        Inbox inbox = Inbox.Create(Sys);
        foreach (object request in requests) sandbox.ActorRef.Tell(request, inbox.Receiver);
        gate.SetResult();
        await held.WaitAsync(Patience);
        var replies = new List<string>();
        foreach (object _ in requests) replies.Add(Describe(await inbox.ReceiveAsync(Patience)));
        SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
        await sandbox.StopAsync().WaitAsync(Patience);
        return new Transcript(replies, seen, report.Poisonings, report.Calls);
    }

    private static object Any(Random random)
    {
        int number = random.Next(1000);
        return random.Next(40) switch
        {
            < 8 => Call("AddToStatic", Kind.Int32, number),
            < 11 => Call("GetStatic", Kind.Int32),
            < 16 => Call("Add", Kind.Int32, number, random.Next(1000)),
            < 18 => Call("NoOp", Kind.Void),
            < 20 => Call("LogMessage", Kind.Void, $"message {number}", 2),
            < 22 => Call("PrintOutput", Kind.Int32, $"text {number}"),
            < 24 => Call("Repeat", Kind.String, (uint)random.Next(70_000)),
            24 => Call("Repeat", Kind.String, (uint)(8192 - number)),
            25 => Call("RoundTripHostString", Kind.String, new string('x', number)),
            26 => Call("RoundTripHostI32", Kind.Int32, number),
            27 => Call("GetSizePrefixedBuffer", Kind.Bytes, new byte[random.Next(70_000)]),
            28 => Call("AnswerThenCallHost", Kind.String, new string('z', number), "HostEchoI32"),
            29 => Call("AddToStaticAndFail", Kind.Int32),
            30 => Call("NoSuchFunction", Kind.Void),
            31 => Call("Echo", Kind.Int32, "another type"),
            32 => Call("EchoI32", Kind.Int32, "another type"),
            33 when number < 500 => Call("AddToStatic", Kind.Int32, number) with { Options = new CallOptions { Timeout = Patience } },
            33 => SandboxProtocol.TakeSnapshot.Instance,
            34 => Call("guest_panic", Kind.Void, $"panic {number}"),
            35 => Call("GuestAbortWithMessage", Kind.Void, number, $"abort {number}"),
            36 => Call("CallHostThenSpin", Kind.Void, "Kill"),
            37 => Call(number % 2 == 0 ? "TriggerException" : "WriteInputBufferForever", Kind.Void),
            38 => Call("OutbWithPort", Kind.Void, 0x80u + (uint)(number % 64), 1u),
            _ => Call("CorruptOutputOffset", Kind.Void, (uint)number * 100),
        };
    }

    private static SandboxProtocol.Call Call(string function, Kind returnType, params GuestValue[] arguments) =>
        new(function, returnType, [.. arguments]);

    private static string Describe(object reply) => reply switch
    {
        SandboxProtocol.Completed { Value: { Type: Kind.String } text } =>
            string.Create(CultureInfo.InvariantCulture, $"text of {text.AsString().Length}"),
        SandboxProtocol.Completed completed => $"{completed.Value}",
        SandboxProtocol.Failed failed => $"{failed.Cause.GetType().Name}: {failed.Cause.Message}",
        _ => reply.GetType().Name,
    };

    private sealed record Transcript(List<string> Replies, List<string> Seen, long Poisonings, long Calls);
}
