namespace SandboxActors.Hosting;

/// <summary>
/// A question that is asked once until it is answered, however often somebody wants to know: where nothing answers, asking again would only make more
/// of what waits. Safe for use from any thread.
/// </summary>
/// <param name="patience">How long to wait for the answer, each time.</param>
internal sealed class PendingAnswer(TimeSpan patience)
{
    private readonly Lock _lock = new();
    private Task? _asked;

    /// <summary>Waits for the answer.</summary>
    /// <param name="ask">Asks; completes when answered, and fails if that is the answer.</param>
    /// <param name="cancellation">Ends the waiting, not the question.</param>
    /// <returns>Whether it came in time.</returns>
    public async Task<bool> WaitAsync(Func<Task> ask, CancellationToken cancellation)
    {
        Task asked;
        lock (_lock)
        {
            if (_asked is null or { IsCompleted: true }) _asked = ask();
            asked = _asked;
        }

        try
        {
            await asked.WaitAsync(patience, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!asked.IsCompleted)
        {
            return false;
        }
    }
}
