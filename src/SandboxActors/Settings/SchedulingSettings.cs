using System.Globalization;

namespace SandboxActors;

/// <summary>How guest threads are shared. Defaults are those of reference.conf.</summary>
public sealed record SchedulingSettings
{
    /// <summary>The most requests that may be allowed to wait for one sandbox.</summary>
    public const int MaximumOfWaiting = 1_000_000;

    /// <summary>The most calls that may be handed to a guest together.</summary>
    public const int MaximumBatch = 1024;

    /// <summary>The most levels.</summary>
    public const int MaximumLevels = 6;

    /// <summary>The largest ratio between two levels.</summary>
    public const int MaximumLevelRatio = 8;

    /// <summary>How long a guest runs before others have their turn: from a millisecond to a second.</summary>
    public TimeSpan Quantum { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Levels that a call can fall through. It starts at the top and falls by one with every quantum that it uses up; one level is no feedback at
    /// all.
    /// </summary>
    public int Levels { get; init; } = 4;

    /// <summary>How much more of the guest threads a level gets than the one below it, when both want more than there is.</summary>
    public int LevelRatio { get; init; } = 4;

    /// <summary>The priority of sandboxes whose definition says nothing else.</summary>
    public SandboxPriority Priority { get; init; } = SandboxPriority.Normal;

    /// <summary>
    /// Requests that may wait for a sandbox whose definition says nothing else; those beyond fail with <see cref="SandboxOverloadedException"/>.
    /// </summary>
    public int MaximumWaiting { get; init; } = 10_000;

    /// <summary>
    /// Calls of one sandbox that are handed to its guest together, at most, if its definition says nothing else; 1 is one by one. They are never more
    /// than wait when the guest is free, nor than fit the buffer of 8 KiB that they have.
    /// </summary>
    public int Batch { get; init; } = 64;

    /// <summary>Tests every setting against its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside; the message names it and the bounds.</exception>
    public void Validate()
    {
        TimeSpan shortest = TimeSpan.FromMilliseconds(1);
        TimeSpan longest = TimeSpan.FromSeconds(1);
        if (Quantum < shortest || Quantum > longest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Quantum),
                Quantum,
                string.Create(CultureInfo.InvariantCulture, $"Quantum must be at least {shortest} and at most {longest}, not {Quantum}."));
        }

        Check(Levels, MaximumLevels, nameof(Levels));
        Check(LevelRatio, MaximumLevelRatio, nameof(LevelRatio));
        CheckWaiting(MaximumWaiting);
        CheckBatch(Batch);
        CheckPriority(Priority);
    }

    internal static void CheckWaiting(int maximum) => Check(maximum, MaximumOfWaiting, nameof(MaximumWaiting));

    internal static void CheckBatch(int calls) => Check(calls, MaximumBatch, nameof(Batch));

    internal static void CheckPriority(SandboxPriority priority)
    {
        if (Enum.IsDefined(priority)) return;
        string priorities = string.Join(", ", Enum.GetNames<SandboxPriority>());
        throw new ArgumentOutOfRangeException(nameof(priority), priority, $"Priority must be one of {priorities}.");
    }

    private static void Check(int value, int maximum, string name)
    {
        if (value < 1 || value > maximum)
        {
            throw new ArgumentOutOfRangeException(
                name, value, string.Create(CultureInfo.InvariantCulture, $"{name} must be at least 1 and at most {maximum}, not {value}."));
        }
    }
}
