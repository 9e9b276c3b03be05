using System.Globalization;
using Akka.Dispatch;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SandboxActors.Hosting;

/// <summary>
/// Whether guests get on: a piece of work that does nothing is given to the guest threads, where it goes before all guests, and the watchdog is told to
/// look.
/// </summary>
internal sealed class GuestThreadsHealthCheck(TimeSpan patience) : SandboxesHealthCheck
{
    private const string Advice =
        "host functions that block hold them: have those return a task (await inside), or give guests more threads "
        + "(" + SandboxSettings.GuestDispatcher + ".dedicated-thread-pool.thread-count)";

    private readonly PendingAnswer _turn = new(patience);
    private readonly PendingAnswer _look = new(patience);

    /// <inheritdoc />
    protected override async Task<HealthCheckResult> CheckAsync(
        Sandboxes sandboxes, StartedSandboxes started, HealthStatus failureStatus, CancellationToken cancellation)
    {
        GuestThreads threads = sandboxes.Threads;
        MessageDispatcher dispatcher = started.System.Dispatchers.Lookup(SandboxSettings.GuestDispatcher);
        Task<bool> looked = threads.Watchdog is { } watchdog ? _look.WaitAsync(watchdog.LookAndTell, cancellation) : Task.FromResult(true);
        bool moved = await _turn.WaitAsync(() => TakeTurn(dispatcher), cancellation).ConfigureAwait(false);
        if (!moved) return new HealthCheckResult(failureStatus, Sentence($"None of {threads.MaximumCount} guest threads took work within {patience.TotalSeconds:0.###} s: {Advice}."));
        if (!await looked.ConfigureAwait(false))
            return new HealthCheckResult(failureStatus, Sentence($"The watchdog, which ends the slices of guests, did not look within {patience.TotalSeconds:0.###} s: start the process anew."));

        int held = threads.CountHeldLongerThan(patience);
        return held == 0
            ? HealthCheckResult.Healthy(Sentence($"Guest threads take work; there may be {threads.MaximumCount}."))
            : HealthCheckResult.Degraded(Sentence($"{held} of {threads.MaximumCount} guest threads have been at one thing for more than {patience.TotalSeconds:0.###} s: {Advice}."));
    }

    private static Task TakeTurn(MessageDispatcher dispatcher)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        dispatcher.Schedule(new ActionRunnable(taken.SetResult));
        return taken.Task;
    }

    private static string Sentence(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
