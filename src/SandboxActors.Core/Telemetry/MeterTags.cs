using System.Collections.Frozen;
using SandboxActors.Core.Calls;
using SandboxActors.Wire;

namespace SandboxActors.Core.Telemetry;

/// <summary>Every label that a measurement can have, made once: so none costs an allocation, and there are no others.</summary>
internal static class MeterTags
{
    public static readonly KeyValuePair<string, object?> Completed = Outcome("completed");
    public static readonly KeyValuePair<string, object?> Failed = Outcome("failed");
    public static readonly KeyValuePair<string, object?> Refused = Outcome("refused");
    public static readonly KeyValuePair<string, object?> Abandoned = Outcome("abandoned");
    public static readonly KeyValuePair<string, object?> Free = new("state", "free");
    public static readonly KeyValuePair<string, object?> Leased = new("state", "leased");

    private static readonly KeyValuePair<string, object?> GuestError = Outcome("guest_error");
    private static readonly KeyValuePair<string, object?> Poisoned = Outcome("poisoned");
    private static readonly KeyValuePair<string, object?> Ended = Outcome("ended");
    private static readonly KeyValuePair<string, object?> Killed = Outcome("killed");
    private static readonly KeyValuePair<string, object?> CompletedFirst = Outcome("completed_first");
    private static readonly KeyValuePair<string, object?> HasHit = new("hit", true);
    private static readonly KeyValuePair<string, object?> HasMissed = new("hit", false);
    private static readonly KeyValuePair<string, object?> WasDropped = new("dropped", true);
    private static readonly KeyValuePair<string, object?> WasKept = new("dropped", false);
    private static readonly KeyValuePair<string, object?> OtherCode = new(ErrorCodeKey, "other");

    private static readonly FrozenDictionary<GuestErrorCode, KeyValuePair<string, object?>> Codes = Enum.GetValues<GuestErrorCode>()
        .ToFrozenDictionary(static code => code, static code => new KeyValuePair<string, object?>(ErrorCodeKey, code.ToString()));

    private static readonly FrozenDictionary<CallEnd, KeyValuePair<string, object?>> KillReasons = Enum.GetValues<CallEnd>()
        .ToFrozenDictionary(static end => end, static end => new KeyValuePair<string, object?>("sandbox.kill.reason", end.ToString()));

    private const string ErrorCodeKey = "sandbox.error.code";

    /// <summary>How a call ended that ended with a step.</summary>
    public static KeyValuePair<string, object?> OutcomeOf(in GuestStep end) => end.Failure switch
    {
        null => Completed,
        GuestErrorException => GuestError,
        GuestCallRefusedException => Refused,
        GuestEndedException => Ended,
        GuestPoisonException => Poisoned,
        _ => Failed, // it had ended, and could not be rolled back
    };

    /// <summary>A code that a guest gave, which may be any number: only those that have a name are told apart.</summary>
    public static KeyValuePair<string, object?> CodeOf(GuestErrorException error) =>
        Codes.TryGetValue(error.Code, out KeyValuePair<string, object?> code) ? code : OtherCode;

    /// <summary>Why a sandbox was poisoned.</summary>
    public static KeyValuePair<string, object?> KindOf(PoisonReason reason) => new("sandbox.poison.reason", reason.Kind);

    /// <summary>Why a call was asked to end.</summary>
    public static KeyValuePair<string, object?> Of(CallEnd reason) => KillReasons[reason];

    /// <summary>What came of a kill.</summary>
    public static KeyValuePair<string, object?> OfKill(bool killed) => killed ? Killed : CompletedFirst;

    /// <summary>Whether a micro-VM was free.</summary>
    public static KeyValuePair<string, object?> Hit(bool hit) => hit ? HasHit : HasMissed;

    /// <summary>Whether a log record was left out.</summary>
    public static KeyValuePair<string, object?> Dropped(bool dropped) => dropped ? WasDropped : WasKept;

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
