using System.Diagnostics;
using OpenTelemetry.Trace;
using SandboxActors.Core;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What a trace shows of calls, and of what belongs to them.</summary>
public sealed class CallSpanSpec : IDisposable
{
    private readonly Tracing _tracing = new();

    public void Dispose() => _tracing.Dispose();

    [SkippableTheory, OnEachBackend]
    public void A_call_is_a_span_inside_of_its_callers(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        using (Activity caller = Tracing.Begin("caller"))
        {
            Assert.Equal(7, sandbox.Call<int>("EchoI32", 7));
            Assert.Same(caller, Activity.Current);
        }

        Activity call = _tracing.Single("sandbox.call");
        Assert.Equal(_tracing.Single("caller").SpanId, call.ParentSpanId);
        Assert.Equal((ActivityKind.Client, ActivityStatusCode.Unset), (call.Kind, call.Status));
        Assert.Equal("EchoI32", call.GetTagItem("sandbox.function"));
        Assert.Equal(sandbox.Id, call.GetTagItem("sandbox.id"));
    }

    [SkippableTheory]
    [OnEachBackend("AddToStaticAndFail", GuestValueType.Int32, "GuestError")]
    [OnEachBackend("NoSuchFunction", GuestValueType.Void, "FunctionNotFound")]
    [OnEachBackend("TriggerException", GuestValueType.Void, "Faulted")]
    public void A_call_that_fails_says_why(string backend, string function, GuestValueType type, string error)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.ThrowsAny<SandboxException>(() => sandbox.Invoke(function, type));
        Activity call = _tracing.Single("sandbox.call");
        Assert.Equal(ActivityStatusCode.Error, call.Status);
        Assert.Equal(error, call.GetTagItem("error.type"));
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_host_function_does_is_inside_of_its_span(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) =>
        {
            using Activity own = Tracing.Begin("inside");
            return a + b;
        }).Build();
        Assert.Equal(3, sandbox.Call<int>("Add", 1, 2));
        Activity hostCall = _tracing.Single("sandbox.host_call");
        Assert.Equal(_tracing.Single("sandbox.call").SpanId, hostCall.ParentSpanId);
        Assert.Equal(hostCall.SpanId, _tracing.Single("inside").ParentSpanId);
        Assert.Equal((ActivityKind.Server, "HostAdd"), (hostCall.Kind, (string?)hostCall.GetTagItem("sandbox.function")));
        Assert.Null(Activity.Current);
    }

    [SkippableTheory, OnEachBackend]
    public void One_that_awaits_is_one_span_to_its_end_and_stays_inside(string backend)
    {
        var gate = new TaskCompletionSource();
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", async (int a, int b) =>
        {
            await gate.Task;
            using Activity own = Tracing.Begin("inside");
            return a + b;
        }).Build();
        GuestCall call = sandbox.Start("Add", GuestValueType.Int32, 1, 2);
        GuestStep step = call.Step();
        Assert.Empty(_tracing.Spans);
        gate.SetResult();
        Assert.True(step.Waiting!.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(GuestStepKind.Completed, call.Step().Kind);
        Assert.Equal(_tracing.Single("sandbox.host_call").SpanId, _tracing.Single("inside").ParentSpanId);
        Assert.Single(_tracing.All("sandbox.call"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_host_function_that_is_not_there_gives_its_span_no_name(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.Throws<GuestErrorException>(() => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", "MadeUp"));
        Activity hostCall = _tracing.Single("sandbox.host_call");
        Assert.Equal("refused", hostCall.GetTagItem("error.type"));
        Assert.DoesNotContain(hostCall.TagObjects, static tag => tag.Value is "MadeUp");
    }

    [SkippableTheory, OnEachBackend]
    public void Snapshots_and_restores_are_spans_and_a_roll_back_is_inside_of_its_call(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Snapshot snapshot;
        using (Tracing.Begin("caller"))
        {
            snapshot = sandbox.Snapshot();
            sandbox.CallWithoutTrace<int>("AddToStatic", 1);
            sandbox.Call<int>("AddToStatic", 1);
            sandbox.Restore(snapshot);
        }

        ActivitySpanId caller = _tracing.Single("caller").SpanId;
        Assert.Equal(caller, _tracing.Single("sandbox.snapshot").ParentSpanId);
        Assert.Equal(
            [_tracing.All("sandbox.call")[0].SpanId, caller],
            _tracing.All("sandbox.restore").Select(static restore => restore.ParentSpanId));
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_whose_sandbox_goes_ends_with_it(string backend)
    {
        Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int _, int _) => new TaskCompletionSource<int>().Task).Build();
        Assert.Equal(GuestStepKind.Waiting, sandbox.Start("Add", GuestValueType.Int32, 1, 2).Step().Kind);
        sandbox.Dispose();
        Assert.Equal("abandoned", _tracing.Single("sandbox.call").GetTagItem("error.type"));
        Assert.Equal("abandoned", _tracing.Single("sandbox.host_call").GetTagItem("error.type"));
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_pool_tries_a_machine_out_with_is_no_span(string backend)
    {
        using var pool = new SandboxPool();
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox first = builder.Build();
        Snapshot golden = first.Snapshot();
        Assert.True(pool.KeepReady(builder, golden, 2).Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(["sandbox.snapshot"], _tracing.Spans.Select(static span => span.OperationName));
    }

    [SkippableTheory, OnEachBackend]
    public void A_listener_that_wants_none_gets_none_and_no_guest_is_told(string backend)
    {
        _tracing.Dispose();
        using var none = new Tracing(new AlwaysOffSampler());
        using Sandbox sandbox = SimpleGuest.Builder(backend).Build();
        Assert.False(sandbox.Call<bool>("IsTraced"));
        Assert.Empty(none.Spans);
    }
}
