using System.Globalization;

namespace SandboxActors;

/// <summary>How a supervisor heals a poisoned sandbox, and when it gives up. Defaults are those of reference.conf.</summary>
public sealed record HealingSettings
{
    /// <summary>The value of a limit that does not limit.</summary>
    public const int Unlimited = -1;

    /// <summary>The first remedy.</summary>
    public HealingPolicy Policy { get; init; } = HealingPolicy.Restore;

    /// <summary>
    /// Restores allowed inside <see cref="Within"/>; one more becomes a rebuild. Zero allows none, <see cref="Unlimited"/> any number.
    /// </summary>
    public int MaximumRestores { get; init; } = 100;

    /// <summary>
    /// Rebuilds allowed inside <see cref="Within"/>; one more stops the sandbox. Zero allows none, <see cref="Unlimited"/> any number.
    /// </summary>
    public int MaximumRebuilds { get; init; } = 5;

    /// <summary>The window that both limits look back over.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait before the second heal in a row; it doubles from heal to heal. The first heal does not wait.</summary>
    public TimeSpan MinimumBackoff { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest wait before a heal, not counting the random share.</summary>
    public TimeSpan MaximumBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The largest share of itself, from 0 to 1, that a wait is lengthened by at random, so that many sandboxes do not heal in step.
    /// </summary>
    public double RandomFactor { get; init; } = 0.2;

    /// <summary>Tests every setting against its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside; the message names it and the bounds.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Policy))
        {
            string policies = string.Join(", ", Enum.GetNames<HealingPolicy>());
            throw new ArgumentOutOfRangeException(nameof(Policy), Policy, $"Policy must be one of {policies}.");
        }

        CheckLimit(MaximumRestores, nameof(MaximumRestores));
        CheckLimit(MaximumRebuilds, nameof(MaximumRebuilds));
        CheckTime(Within, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), nameof(Within));
        CheckTime(MinimumBackoff, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), nameof(MinimumBackoff));
        CheckTime(MaximumBackoff, MinimumBackoff, TimeSpan.FromHours(1), nameof(MaximumBackoff));
        if (RandomFactor is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(RandomFactor), RandomFactor, "RandomFactor must be at least 0 and at most 1.");
    }

    private static void CheckLimit(int limit, string name)
    {
        if (limit < Unlimited) throw new ArgumentOutOfRangeException(name, limit, $"{name} must be 0 or more, or {Unlimited} for no limit.");
    }

    private static void CheckTime(TimeSpan time, TimeSpan minimum, TimeSpan maximum, string name)
    {
        if (time < minimum || time > maximum)
        {
            throw new ArgumentOutOfRangeException(
                name, time, string.Create(CultureInfo.InvariantCulture, $"{name} must be at least {minimum} and at most {maximum}, not {time}."));
        }
    }
}
