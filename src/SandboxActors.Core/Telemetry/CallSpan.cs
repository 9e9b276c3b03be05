using System.Diagnostics;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Core.Layout;

namespace SandboxActors.Core.Telemetry;

/// <summary>The span of a call that somebody listens to, over all of its steps, and those that its guest opens inside of it.</summary>
internal sealed class CallSpan
{
    private const int LongestDescription = 256;

    private readonly Activity _span;
    private readonly CallWords _words;
    private readonly GuestSpans _inner;

    private CallSpan(Activity span, CallWords words)
    {
        _span = span;
        _words = words;
        _inner = new GuestSpans(span);
        _words.SetTraced(span.IsAllDataRequested);
    }

    /// <summary>The call's own place in its trace.</summary>
    public ActivityContext Context => _span.Context;

    /// <summary>What begins now is inside of this: the latest span of the guest that is open, or the call.</summary>
    public ActivityContext Innermost => _inner.Innermost;

    /// <summary>A call starts: begins its span, if a listener wants it, and has its guest know that.</summary>
    public static CallSpan? Begin(Sandbox sandbox, string function, ActivityContext parent, CallWords words)
    {
        if (!sandbox.IsObserved || SandboxSource.Begin(SandboxSource.Call, ActivityKind.Client, parent) is not { } span) return null;
        span.SetTag("sandbox.id", sandbox.Id).SetTag("sandbox.function", function);
        return new CallSpan(span, words);
    }

    /// <summary>Says whose call it is, where sandboxes have names.</summary>
    public void SetName(string name) => _span.SetTag("sandbox.name", name);

    /// <summary>Does what the guest wants done with a span of its own.</summary>
    public void Serve(in GuestSpanOperation operation)
    {
        if (_span.IsAllDataRequested) _inner.Serve(operation);
    }

    /// <summary>The call has ended; what its guest has left open ends with it.</summary>
    public void End(in GuestStep end)
    {
        if (end.Failure is { } failure) Fail(TypeOf(failure), GuestText.Escape(failure.Message, LongestDescription));
        Close();
    }

    /// <summary>The call will not go on, since its sandbox goes.</summary>
    public void Abandon()
    {
        Fail("abandoned", "The sandbox has gone.");
        Close();
    }

    private void Fail(string type, string description) => _span.SetStatus(ActivityStatusCode.Error, description).SetTag("error.type", type);

    private void Close()
    {
        _words.SetTraced(false);
        _inner.Close();
        SandboxSource.End(_span);
    }

    // As few as there are kinds of failure, whatever a guest says.
    private static string TypeOf(SandboxException failure) => failure switch
    {
        GuestErrorException error => (string)MeterTags.CodeOf(error).Value!,
        GuestCallRefusedException refused => refused.Refusal.ToString(),
        GuestPoisonException poison => poison.Reason.Kind,
        _ => failure.GetType().Name,
    };
}
