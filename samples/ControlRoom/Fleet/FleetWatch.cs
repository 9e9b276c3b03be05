using SandboxActors;
using SandboxActors.Core;

namespace ControlRoom;

/// <summary>
/// Keeps the fleet's picture true: by the events that sandboxes publish, which miss no poison and no heal, and by asking each some times a second
/// what it does, since calls are too many for an event each.
/// </summary>
internal sealed class FleetWatch(Fleet fleet, Poisonings poisonings, ISandboxes sandboxes, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using IDisposable subscription = sandboxes.Subscribe<SandboxEvent>(Observe);
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (Cell cell in fleet.Live)
                    if (cell.TryBeginAsking()) _ = AskAsync(cell);
                fleet.Sweep();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private void Observe(SandboxEvent happened)
    {
        switch (happened)
        {
            case SandboxEvents.Poisoned poisoned:
                poisonings.Add(poisoned);
                fleet.Update(poisoned.Name, view => view with
                {
                    State = CellState.Poisoned,
                    Poisonings = view.Poisonings + 1,
                    Reason = poisoned.Reason?.ToString() ?? "a restore failed half way",
                });
                break;
            case SandboxEvents.Restored or SandboxEvents.Rebuilt:
                fleet.Update(happened.Name, view => view with { State = CellState.Idle, Heals = view.Heals + 1 });
                break;
            case SandboxEvents.Stopped:
                fleet.Update(happened.Name, view => view with { State = CellState.Stopped, Waiting = 0 });
                break;
            default:
                break; // that it has started is known from making it
        }
    }

    private async Task AskAsync(Cell cell)
    {
        try
        {
            SandboxReport report = await cell.Sandbox.StatusAsync();
            fleet.Update(cell.Sandbox.Name, view => view with { State = StateOf(report.State), Calls = report.Calls, Waiting = report.Waiting });
        }
        catch (SandboxStoppedException)
        {
            fleet.Update(cell.Sandbox.Name, view => view with { State = CellState.Stopped, Waiting = 0 });
        }
        catch (SandboxOverloadedException)
        {
            // So many requests wait that not even this one was let in: the next time.
        }
        finally
        {
            cell.EndAsking();
        }
    }

    private static CellState StateOf(SandboxActorState state) => state switch
    {
        SandboxActorState.Running => CellState.Running,
        SandboxActorState.Poisoned => CellState.Poisoned,
        _ => CellState.Idle,
    };
}
