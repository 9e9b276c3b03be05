using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Core.Telemetry;
using SandboxActors.TestSupport;

namespace SandboxActors.Telemetry.Tests;

/// <summary>Spans that guests open inside of their calls.</summary>
public sealed class GuestSpanSpec : IDisposable
{
    private readonly Tracing _tracing = new();

    public void Dispose() => _tracing.Dispose();

    [SkippableTheory, OnEachBackend]
    public void They_stand_inside_of_the_call_and_of_each_other_and_host_calls_inside_of_them(string backend)
    {
        using Sandbox sandbox = Build(backend);
        Assert.Equal(2, sandbox.Call<int>("TraceWork", 1));
        Activity[] nested = [_tracing.Single("sandbox.call"), _tracing.Single("guest.work"), _tracing.Single("guest.step"), _tracing.Single("sandbox.host_call")];
        foreach ((Activity outer, Activity inner) in nested.Zip(nested.Skip(1)))
        {
            Assert.Equal(outer.SpanId, inner.ParentSpanId);
            Assert.True(outer.StartTimeUtc <= inner.StartTimeUtc);
            Assert.True(inner.StartTimeUtc + inner.Duration <= outer.StartTimeUtc + outer.Duration);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void They_have_attributes_of_every_type(string backend)
    {
        using Sandbox sandbox = Build(backend);
        sandbox.Call<int>("TraceWork", 1);
        (string, object?)[] expected =
        [
            ("guest.i32", -1L), ("guest.u32", 2L), ("guest.i64", long.MinValue), ("guest.u64", "18446744073709551615"), ("guest.f64", 0.5),
            ("guest.bool", true), ("guest.text", "words"),
        ];
        Assert.Equal(expected, _tracing.Single("guest.work").TagObjects.Select(static tag => (tag.Key, tag.Value)));
    }

    [SkippableTheory, OnEachBackend]
    public void Those_left_open_end_with_the_call(string backend)
    {
        using Sandbox sandbox = Build(backend);
        sandbox.Call("TraceMuch", 5u, 0u, false);
        IReadOnlyList<Activity> spans = _tracing.Spans;
        Assert.Equal(6, spans.Count);
        foreach ((Activity outer, Activity inner) in spans.Zip(spans.Skip(1))) Assert.Equal(outer.SpanId, inner.ParentSpanId);
        Assert.All(spans, static span => Assert.True(span.IsStopped));
    }

    [SkippableTheory, OnEachBackend]
    public void Those_of_a_guest_that_dies_end_with_it(string backend)
    {
        using Sandbox sandbox = Build(backend);
        Assert.Throws<GuestAbortedException>(() => sandbox.Call("TraceThenDie"));
        Assert.True(_tracing.Single("guest.last").IsStopped);
        Assert.Equal("Panicked", _tracing.Single("sandbox.call").GetTagItem("error.type"));
    }

    [SkippableTheory]
    [OnEachBackend(200u, 1u, true, GuestSpans.MostSpans, 2 * (200 - GuestSpans.MostSpans) + (200 - GuestSpans.MostSpans))]
    [OnEachBackend(40u, 0u, false, GuestSpans.MostOpen, 40 - GuestSpans.MostOpen)]
    public void There_are_no_more_than_there_may_be_and_the_call_says_what_was_left_out(
        string backend, uint spans, uint attributes, bool close, int kept, int leftOut)
    {
        using Sandbox sandbox = Build(backend);
        sandbox.Call("TraceMuch", spans, attributes, close);
        Assert.Equal(kept, _tracing.All("guest.one of many").Count);
        Assert.Equal(leftOut, _tracing.Single("sandbox.call").GetTagItem("sandbox.spans.left_out"));
        sandbox.Call("TraceMuch", 1u, 1u, true); // the next call has its own
        Assert.Equal(kept + 1, _tracing.All("guest.one of many").Count);
    }

    [SkippableTheory, OnEachBackend]
    public void A_span_has_no_more_attributes_than_it_may_have(string backend)
    {
        using Sandbox sandbox = Build(backend);
        sandbox.Call("TraceMuch", 1u, GuestSpans.MostAttributes + 8u, true);
        Assert.Equal(GuestSpans.MostAttributes, _tracing.Single("guest.one of many").TagObjects.Count());
        Assert.Equal(8, _tracing.Single("sandbox.call").GetTagItem("sandbox.spans.left_out"));
    }

    [SkippableTheory, OnEachBackend]
    public void Names_and_texts_are_on_one_line_bounded_and_never_the_hosts(string backend)
    {
        using Sandbox sandbox = Build(backend);
        sandbox.Call("TraceText", "error.type", "forged\n\u001b[31mred");
        Activity span = _tracing.Single("guest.error.type");
        Assert.Equal(("guest.error.type", @"forged\u{a}\u{1b}[31mred"), Assert.Single(span.TagObjects.Select(static tag => (tag.Key, (string?)tag.Value))));

        sandbox.Call("TraceText", new string('n', 500), new string('t', 500));
        span = _tracing.Single("guest." + new string('n', GuestSpans.LongestName));
        Assert.Equal(new string('t', GuestSpans.LongestText), Assert.Single(span.TagObjects).Value);
        sandbox.Call("TraceBrokenText");
        Assert.Equal("?(", Assert.Single(_tracing.Single("guest.broken ?(").TagObjects).Value);
    }

    [SkippableTheory, OnEachBackend(0u, 0)]
    [OnEachBackend(77u, 2)]
    public void A_number_that_is_no_spans_means_nothing(string backend, uint id, int leftOut)
    {
        using Sandbox sandbox = Build(backend);
        sandbox.Call("TraceMadeUp", id);
        Activity call = _tracing.Single("sandbox.call");
        Assert.Equal(ActivityStatusCode.Unset, call.Status);
        Assert.Equal(leftOut, call.GetTagItem("sandbox.spans.left_out") ?? 0);
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_is_told_that_somebody_listens_only_while_somebody_does(string backend)
    {
        using var pool = new SandboxPool();
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        using Sandbox sandbox = builder.Build();
        Assert.True(sandbox.Call<bool>("IsTraced"));
        Snapshot snapshot = sandbox.Snapshot(); // right after a call that was traced
        Assert.Throws<GuestAbortedException>(() => sandbox.Call("TraceThenDie"));
        _tracing.Dispose();
        sandbox.Restore(snapshot);
        Assert.False(sandbox.Call<bool>("IsTraced"));
        using Sandbox fork = builder.Fork(snapshot);
        Assert.False(fork.Call<bool>("IsTraced"));

        using var again = new Tracing();
        Assert.True(sandbox.Call<bool>("IsTraced"));
        sandbox.Restore(snapshot);
        Assert.True(sandbox.Call<bool>("IsTraced"));
        Assert.True(fork.Call<bool>("IsTraced"));
    }

    private static Sandbox Build(string backend) => SimpleGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) => a + b).Build();
}
