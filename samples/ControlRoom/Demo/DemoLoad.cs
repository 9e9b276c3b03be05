using SandboxActors.Machine;

namespace ControlRoom;

/// <summary>Makes the sandboxes, and has visitors work with them: many good calls, some bad ones; now and then one goes and another comes.</summary>
internal sealed partial class DemoLoad(Fleet fleet, ControlRoomOptions options, ILogger<DemoLoad> log) : BackgroundService
{
    private const int Visitors = 32;
    private static readonly TimeSpan Tenure = TimeSpan.FromSeconds(7);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (int made = 0; made < options.Sandboxes && !stoppingToken.IsCancellationRequested; made++) await fleet.AddAsync();
            if (!options.HasDemoLoad) return;
            IEnumerable<Task> visits = Enumerable.Range(1, Visitors)
                .Select(seed => Task.Run(() => new Visitor(fleet, new Random(seed)).StayAsync(stoppingToken), stoppingToken));
            await Task.WhenAll([.. visits, RelieveAsync(stoppingToken)]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
        catch (Exception exception) when (exception is MachineException or FleetFullException or SandboxActors.Core.SandboxException)
        {
            if (!stoppingToken.IsCancellationRequested) CannotMakeSandboxes(log, exception.Message);
        }
    }

    // One goes, and another comes in its place.
    private async Task RelieveAsync(CancellationToken end)
    {
        var random = new Random(0);
        using var timer = new PeriodicTimer(Tenure);
        while (await timer.WaitForNextTickAsync(end))
        {
            IReadOnlyList<Cell> live = fleet.Live;
            if (live.Count > 0) await live[random.Next(live.Count)].Sandbox.StopAsync();
            await fleet.AddAsync();
        }
    }

    [LoggerMessage(LogLevel.Error, "No more sandboxes can be made: {Reason}")]
    private static partial void CannotMakeSandboxes(ILogger logger, string reason);
}
