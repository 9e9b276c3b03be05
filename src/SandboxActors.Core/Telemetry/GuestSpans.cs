using System.Diagnostics;
using System.Globalization;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Wire;

namespace SandboxActors.Core.Telemetry;

/// <summary>
/// The spans that a guest opens inside of its call. The guest names them, and the host keeps the time. A guest may say anything: a number that is not
/// that of an open span is ignored, there is a bound on everything, and what is beyond is counted and left out.
/// </summary>
/// <param name="call">The call's own span.</param>
internal sealed class GuestSpans(Activity call)
{
    /// <summary>Spans that a guest may open in one call.</summary>
    public const int MostSpans = 128;

    /// <summary>Those of them that may be open at the same time.</summary>
    public const int MostOpen = 32;

    /// <summary>Attributes that one span may be given.</summary>
    public const int MostAttributes = 32;

    /// <summary>Characters of a name that are kept.</summary>
    public const int LongestName = 64;

    /// <summary>Characters of a text that are kept.</summary>
    public const int LongestText = 256;

    private readonly List<Open> _open = [];
    private int _begun;
    private int _leftOut;

    /// <summary>The latest that is open, or the call.</summary>
    public ActivityContext Innermost => _open.Count > 0 ? _open[^1].Span.Context : call.Context;

    /// <summary>Does what the guest wants done.</summary>
    public void Serve(in GuestSpanOperation operation)
    {
        uint id = operation.Id;
        int place = _open.FindLastIndex(open => open.Id == id);
        bool isDone = operation.Kind switch
        {
            GuestSpanOperation.Operation.Begin => place < 0 && TryBegin(operation),
            GuestSpanOperation.Operation.End => place >= 0 && TryEnd(place),
            _ => place >= 0 && TrySet(_open[place], operation),
        };
        if (!isDone) _leftOut++;
    }

    /// <summary>Ends those that are open, the latest first.</summary>
    public void Close()
    {
        for (int place = _open.Count - 1; place >= 0; place--) TryEnd(place);
        if (_leftOut > 0) call.SetTag("sandbox.spans.left_out", _leftOut);
    }

    private bool TryBegin(in GuestSpanOperation operation)
    {
        if (_begun == MostSpans || _open.Count == MostOpen) return false;
        _begun++;
        if (SandboxSource.Begin(SandboxSource.GuestPrefix + GuestText.Escape(operation.Text, LongestName), ActivityKind.Internal, Innermost) is not { } span) return false;
        _open.Add(new Open(operation.Id, span));
        return true;
    }

    private bool TryEnd(int place)
    {
        SandboxSource.End(_open[place].Span);
        _open.RemoveAt(place);
        return true;
    }

    private static bool TrySet(Open open, in GuestSpanOperation operation)
    {
        if (open.Attributes == MostAttributes) return false;
        open.Attributes++;
        open.Span.SetTag(SandboxSource.GuestPrefix + GuestText.Escape(operation.Text, LongestName), ValueOf(operation.Value));
        return true;
    }

    // What OpenTelemetry has as a value of an attribute.
    private static object ValueOf(GuestValue value) => value.Type switch
    {
        GuestValueType.Int32 => (long)value.AsInt32(),
        GuestValueType.UInt32 => (long)value.AsUInt32(),
        GuestValueType.Int64 => value.AsInt64(),
        GuestValueType.UInt64 when value.AsUInt64() <= long.MaxValue => (long)value.AsUInt64(),
        GuestValueType.UInt64 => value.AsUInt64().ToString(CultureInfo.InvariantCulture),
        GuestValueType.Single => (double)value.AsSingle(),
        GuestValueType.Double => value.AsDouble(),
        GuestValueType.Boolean => value.AsBoolean(),
        _ => GuestText.Escape(value.AsString(), LongestText),
    };

    private sealed class Open(uint id, Activity span)
    {
        public uint Id { get; } = id;

        public Activity Span { get; } = span;

        public int Attributes { get; set; }
    }
}
