using SandboxActors;
using SandboxActors.Core;

namespace ControlRoom;

/// <summary>Goes from sandbox to sandbox and has each do something, as its random numbers say. What fails is meant to: the page shows it.</summary>
internal sealed class Visitor(Fleet fleet, Random random)
{
    private static readonly CallOptions Bounded = new() { Timeout = TimeSpan.FromSeconds(30) };
    private static readonly CallOptions Short = new() { Timeout = TimeSpan.FromMilliseconds(250) };

    /// <summary>The swell of the load, so that the charts have something to show.</summary>
    private static readonly TimeSpan Swell = TimeSpan.FromSeconds(40);

    public async Task StayAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            IReadOnlyList<Cell> live = fleet.Live;
            if (live.Count > 0) await VisitAsync(live[random.Next(live.Count)].Sandbox, end);
            await Task.Delay(Pause(), end);
        }
    }

    private async Task VisitAsync(SandboxRef sandbox, CancellationToken end)
    {
        try
        {
            await ActAsync(sandbox, end).WaitAsync(end); // a call that still runs at the end is nobody's any more
        }
        catch (Exception exception) when (exception is SandboxException or TimeoutException)
        {
            // A guest error, a poison, a sandbox that was stopped meanwhile: a visitor is none the worse for it.
        }
    }

    private Task ActAsync(SandboxRef sandbox, CancellationToken end) => random.Next(1_000) switch
    {
        < 22 => MisbehaveAsync(sandbox),
        < 26 => SpinAndKillAsync(sandbox, end),
        < 29 => sandbox.CallAsync("Spin", Short),
        < 55 => sandbox.CallAsync<int>("AddToStaticAndFail"),
        < 65 => sandbox.SnapshotAsync(),
        < 105 => sandbox.CallAsync<ulong>("SpinForMs", Bounded, (uint)random.Next(2, 120)),
        < 260 => sandbox.CallAsync<long>("CallGivenParamlessHostFuncThatReturnsI64", Bounded, DemoGuest.PonderFunction),
        < 400 => Task.WhenAll(Enumerable.Range(0, random.Next(5, 40)).Select(_ => AddAsync(sandbox))),
        < 600 => sandbox.CallAsync<string>("Echo", Bounded, "hello"),
        < 800 => sandbox.CallAsync<int>("AddToStatic", Bounded, random.Next(100)),
        _ => AddAsync(sandbox),
    };

    private Task<int> AddAsync(SandboxRef sandbox) => sandbox.CallAsync<int>("Add", Bounded, random.Next(1_000), random.Next(1_000));

    // More than once in a row: the first heal is at once, and would hardly be seen.
    private async Task MisbehaveAsync(SandboxRef sandbox)
    {
        int times = random.Next(2, 4);
        for (int time = 0; time < times; time++)
        {
            try
            {
                await DoWrongAsync(sandbox);
            }
            catch (GuestPoisonException)
            {
                // That was the aim.
            }
        }
    }

    private Task DoWrongAsync(SandboxRef sandbox) => random.Next(10) switch
    {
        0 => sandbox.CallAsync("guest_panic", "the guest has lost its way"),
        1 => sandbox.CallAsync("GuestAbortWithMessage", 42, "the guest gives up"),
        2 => sandbox.CallAsync("TriggerException"),
        3 => sandbox.CallAsync("DivideByZero"),
        4 => sandbox.CallAsync("WriteInputBufferForever"),
        5 => sandbox.CallAsync("InfiniteRecursion"),
        6 => sandbox.CallAsync<int>("BufferOverrun", new string('x', 100)),
        7 => sandbox.CallAsync("ExhaustHeap"),
        8 => sandbox.CallAsync("OutbWithPort", 0x80u, 1u),
        _ => sandbox.CallAsync("CorruptOutputSizePrefix", uint.MaxValue),
    };

    private async Task SpinAndKillAsync(SandboxRef sandbox, CancellationToken end)
    {
        Task spin = sandbox.CallAsync("Spin", Bounded);
        do
        {
            await Task.Delay(random.Next(200, 800), end); // a kill before the call starts would find nothing
            await sandbox.KillAsync();
        }
        while (!spin.IsCompleted);
        await spin;
    }

    private TimeSpan Pause()
    {
        double phase = Environment.TickCount64 / Swell.TotalMilliseconds * 2 * Math.PI;
        return TimeSpan.FromMilliseconds(random.Next(40, 240) * (1 + (0.6 * Math.Sin(phase))));
    }
}
