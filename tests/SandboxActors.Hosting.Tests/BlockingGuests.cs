namespace SandboxActors.Hosting.Tests;

/// <summary>Guests whose host function holds its guest thread until it is let go.</summary>
internal sealed class BlockingGuests(ISandboxes sandboxes) : IDisposable
{
    private readonly ManualResetEventSlim _gate = new();
    private readonly List<Task<int>> _calls = [];

    /// <summary>Has guests call it.</summary>
    /// <returns>Completes when all of them are inside.</returns>
    public async Task EnterAsync(int count)
    {
        // One after the other: a sandbox cannot be made when no guest thread moves.
        var created = new List<(SandboxRef Sandbox, TaskCompletionSource Entered)>();
        for (int i = 0; i < count; i++)
        {
            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            SandboxRef sandbox = await sandboxes.CreateAsync("simple", s => s.HostFunction("HostAdd", (int a, int b) => Hold(entered, a + b))).WaitAsync(TestHost.Patience);
            created.Add((sandbox, entered));
        }

        foreach ((SandboxRef sandbox, _) in created) _calls.Add(sandbox.CallAsync<int>("Add", 2, 3));
        await Task.WhenAll(created.Select(one => one.Entered.Task)).WaitAsync(TestHost.Patience);
    }

    /// <summary>Lets them go.</summary>
    /// <returns>Completes when their calls have.</returns>
    public async Task LeaveAsync()
    {
        _gate.Set();
        Assert.All(await Task.WhenAll(_calls).WaitAsync(TestHost.Patience), sum => Assert.Equal(5, sum));
    }

    public void Dispose()
    {
        _gate.Set();
        _gate.Dispose();
    }

    private int Hold(TaskCompletionSource entered, int result)
    {
        entered.SetResult();
        if (!_gate.Wait(TestHost.Patience)) throw new TimeoutException("Nobody let the host function go.");
        return result;
    }
}
