using System.Globalization;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>
/// What of a guest's log reaches the host's, of sandboxes whose definition does not say itself where it goes (<see cref="SandboxDefinitionBuilder.LogTo"/>).
/// Defaults are those of reference.conf.
/// </summary>
public sealed record GuestLogSettings
{
    /// <summary>The largest rate, and the largest burst.</summary>
    public const int MaximumRecords = 1_000_000;

    /// <summary>From which level up guests send records; <see cref="GuestLogLevel.None"/> for none. What is not sent costs nothing.</summary>
    public GuestLogLevel Minimum { get; init; } = GuestLogLevel.Warning;

    /// <summary>Records a second that one sandbox may log in the long run; those beyond are counted and left out.</summary>
    public int RecordsPerSecond { get; init; } = 20;

    /// <summary>Records that it may log at once, when it has not logged for a while.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Tests every setting against its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside; the message names it and the bounds.</exception>
    public void Validate()
    {
        Check(RecordsPerSecond, nameof(RecordsPerSecond));
        Check(Burst, nameof(Burst));
        if (Enum.IsDefined(Minimum)) return;
        throw new ArgumentOutOfRangeException(nameof(Minimum), Minimum, $"Minimum must be one of {string.Join(", ", Enum.GetNames<GuestLogLevel>())}.");
    }

    private static void Check(int value, string name)
    {
        if (value is >= 1 and <= MaximumRecords) return;
        throw new ArgumentOutOfRangeException(
            name, value, string.Create(CultureInfo.InvariantCulture, $"{name} must be at least 1 and at most {MaximumRecords}, not {value}."));
    }
}
