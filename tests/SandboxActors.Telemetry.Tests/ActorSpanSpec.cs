using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Tests;
using SandboxActors.TestSupport;

namespace SandboxActors.Telemetry.Tests;

/// <summary>Traces through a sandbox actor's mailbox.</summary>
public sealed class ActorSpanSpec : SandboxTest
{
    private readonly Tracing _tracing = new();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _tracing.Dispose();
        base.Dispose(disposing);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Each_call_is_inside_of_the_span_that_it_was_made_in_however_long_it_waited(string backend)
    {
        var inside = new Signal();
        var release = new TaskCompletionSource<int>();
        SandboxRef sandbox = await CreateAsync(backend, s => s.Named("busy").HostFunction("HostAdd", (int _, int _) =>
        {
            inside.Give();
            return release.Task;
        }));
        Task<int> held = sandbox.CallAsync<int>("Add", 1, 2);
        await inside.WaitAsync();
        Task<int>[] calls = [.. Enumerable.Range(0, 10).Select(i => Call(sandbox, i))];
        release.SetResult(3);
        await held.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 10), await Task.WhenAll(calls).WaitAsync(Patience));

        for (int i = 0; i < 10; i++)
        {
            Activity caller = _tracing.Single($"caller {i}");
            Activity call = Assert.Single(_tracing.All("sandbox.call"), call => call.ParentSpanId == caller.SpanId);
            Assert.Equal("busy", call.GetTagItem("sandbox.name"));
        }

        Activity first = _tracing.All("sandbox.call")[0];
        Assert.Equal(default, first.ParentSpanId); // it was made in none
        Assert.Equal(11, _tracing.All("sandbox.call").Count);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_goes_on_slice_by_slice_is_one_span(string backend)
    {
        Sandboxes sandboxes = Start(backend, settings => settings with
        {
            GuestThreads = 1,
            Scheduling = settings.Scheduling with { Quantum = TimeSpan.FromMilliseconds(1) },
        });
        SandboxRef one = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        SandboxRef other = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        using (Tracing.Begin("caller"))
        {
            await Task.WhenAll(one.CallAsync<ulong>("SpinForMs", 20u), other.CallAsync<ulong>("SpinForMs", 20u)).WaitAsync(Patience);
        }

        Assert.True((await one.StatusAsync().WaitAsync(Patience)).Slices + (await other.StatusAsync().WaitAsync(Patience)).Slices > 2);
        Assert.Equal(2, _tracing.All("sandbox.call").Count);
        Assert.All(_tracing.All("sandbox.call"), call => Assert.Equal(_tracing.Single("caller").SpanId, call.ParentSpanId));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_heal_is_inside_of_the_call_that_made_it_necessary(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        using (Tracing.Begin("caller")) await Assert.ThrowsAsync<GuestFaultException>(() => sandbox.CallAsync("TriggerException").WaitAsync(Patience));
        Next<SandboxEvents.Restored>();
        Assert.Equal(_tracing.Single("sandbox.call").SpanId, _tracing.Single("sandbox.restore").ParentSpanId);
        Assert.Equal(_tracing.Single("caller").TraceId, _tracing.Single("sandbox.restore").TraceId);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Snapshots_and_restores_are_inside_of_the_span_that_they_were_asked_for_in(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience);
        using (Tracing.Begin("caller"))
        {
            Snapshot snapshot = await sandbox.SnapshotAsync().WaitAsync(Patience);
            await sandbox.CallAsync<int>("AddToStatic", 1).WaitAsync(Patience);
            await sandbox.RestoreAsync(snapshot).WaitAsync(Patience);
        }

        ActivitySpanId caller = _tracing.Single("caller").SpanId;
        Assert.Contains(_tracing.All("sandbox.snapshot"), span => span.ParentSpanId == caller);
        Assert.Equal(caller, _tracing.Single("sandbox.restore").ParentSpanId);
    }

    private static async Task<int> Call(SandboxRef sandbox, int number)
    {
        using Activity caller = Tracing.Begin($"caller {number}");
        return await sandbox.CallAsync<int>("EchoI32", number);
    }
}
