namespace SandboxActors.Core;

/// <summary>What bounds one call. Whatever ends it poisons the sandbox, each with a reason of its own.</summary>
public sealed record CallOptions
{
    /// <summary>No bounds: what a call without options has.</summary>
    public static CallOptions None { get; } = new();

    /// <summary>How long the call may take from its start, host functions included; as long as it likes if null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long the guest may run, host functions and waiting not included; as long as it likes if null.</summary>
    public TimeSpan? CpuBudget { get; init; }

    /// <summary>Ends the call when it is cancelled. A call whose token is cancelled before it starts does not start.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A time that is not positive, or longer than a timer can wait (49 days).</exception>
    internal void Validate()
    {
        Validate(Timeout, nameof(Timeout));
        Validate(CpuBudget, nameof(CpuBudget));
    }

    private static void Validate(TimeSpan? time, string name)
    {
        if (time is not { } bound) return;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(bound, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bound, TimeSpan.FromMilliseconds(uint.MaxValue - 1), name);
    }
}
