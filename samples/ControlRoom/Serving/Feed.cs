using System.Runtime.CompilerServices;

namespace ControlRoom;

/// <summary>
/// Tells a client everything, and from then on what has changed. Each client is asked for by its own loop, which goes on when what it said last has
/// been sent: one who reads slowly is told less often, and nothing piles up.
/// </summary>
internal sealed class Feed(Fleet fleet, Poisonings poisonings, Rates rates, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public async IAsyncEnumerable<FeedMessage> ReadAsync([EnumeratorCancellation] CancellationToken aborted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(Pause, time);
        (long change, long poisoning, long second) = (-1, 0, 0);
        do
        {
            FleetChanges changes = fleet.Since(change);
            var message = new FeedMessage(
                changes.IsWhole, changes.Cells, changes.Removed, poisonings.Since(poisoning), rates.Since(second), rates.Totals);
            change = changes.Number;
            if (message.Poisonings is [.., { } lastPoisoning]) poisoning = lastPoisoning.Number;
            if (message.Points is [.., { } lastPoint]) second = lastPoint.Time;
            if (!message.SaysNothing) yield return message;
        }
        while (await WaitAsync(timer, end.Token));
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken end)
    {
        try
        {
            return await timer.WaitForNextTickAsync(end);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
