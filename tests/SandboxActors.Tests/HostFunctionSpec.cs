using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>Host functions that fail, wait, or call back.</summary>
public sealed class HostFunctionSpec : SandboxTest
{
    private SandboxRef? _sandbox;

    [SkippableTheory, OnEachBackend]
    public async Task An_exception_in_a_host_function_becomes_an_error_of_the_guest(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s
            .HostFunction("HostAdd", (int a, int b) => a > b ? throw new InvalidOperationException("no such sum") : a + b));
        GuestErrorException error = await Assert.ThrowsAsync<GuestErrorException>(() => sandbox.CallAsync<int>("Add", 3, 2));
        Assert.Contains("no such sum", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, await sandbox.CallAsync<int>("Add", 2, 3));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_host_function_that_blocks_on_its_own_sandbox_gets_an_error_instead_of_a_deadlock(string backend)
    {
        _sandbox = await CreateAsync(backend, s => s
            .HostFunction("HostAdd", (int a, int b) => _sandbox!.CallAsync<int>("GetStatic").GetAwaiter().GetResult()));
        await AssertBusy();
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_host_function_that_awaits_its_own_sandbox_gets_an_error_instead_of_waiting_for_itself(string backend)
    {
        _sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", async (int a, int b) =>
        {
            await Task.Yield();
            return await _sandbox!.CallAsync<int>("GetStatic");
        }));
        await AssertBusy();
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_host_function_cannot_wait_for_its_own_sandbox_to_stop(string backend)
    {
        _sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", async (int a, int b) =>
        {
            await _sandbox!.StopAsync();
            return 0;
        }));
        await AssertBusy();
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_circle_of_sandboxes_that_wait_for_each_other_gets_an_error(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        SandboxRef? second = null;
        _sandbox = await sandboxes.CreateAsync("simple", s => s.HostFunction("HostAdd", (int a, int b) => second!.CallAsync<int>("Add", a, b)));
        second = await sandboxes.CreateAsync("simple", s => s.HostFunction("HostAdd", (int a, int b) => _sandbox!.CallAsync<int>("GetStatic")));
        await AssertBusy();
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_host_function_may_call_another_sandbox(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        SandboxRef other = await sandboxes.CreateAsync("simple");
        _sandbox = await sandboxes.CreateAsync("simple", s => s.HostFunction("HostAdd", (int a, int b) => other.CallAsync<int>("AddToStatic", a + b)));
        Assert.Equal(5, await _sandbox.CallAsync<int>("Add", 2, 3).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task What_a_host_function_left_running_may_call_the_sandbox_when_the_call_is_over(string backend)
    {
        var over = new TaskCompletionSource();
        Task<int>? later = null;
        _sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", (int a, int b) =>
        {
            later = Task.Run(async () =>
            {
                await over.Task;
                return await _sandbox!.CallAsync<int>("AddToStatic", 7);
            });
            return a + b;
        }));
        Assert.Equal(5, await _sandbox.CallAsync<int>("Add", 2, 3).WaitAsync(Patience));
        over.SetResult();
        Assert.Equal(7, await later!.WaitAsync(Patience));
    }

    private async Task AssertBusy()
    {
        GuestErrorException error = await Assert.ThrowsAsync<GuestErrorException>(() => _sandbox!.CallAsync<int>("Add", 2, 3).WaitAsync(Patience));
        Assert.Contains(new SandboxBusyException().Message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _sandbox!.CallAsync<int>("GetStatic").WaitAsync(Patience));
    }
}
