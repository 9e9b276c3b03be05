using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>What bounds one call. Whatever ends it poisons the sandbox, each with a reason of its own.</summary>
public sealed record CallOptions
{
    /// <summary>As long as a timer can wait.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>No bounds: what a call without options has.</summary>
    public static CallOptions None { get; } = new();

    /// <summary>
    /// How long the call may take, host functions included; as long as it likes if null. It counts from the start of the call, or from where it begins
    /// to wait for its turn where there is a queue: a call whose time is up before it starts does not start.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long the guest may run, host functions and waiting not included; as long as it likes if null.</summary>
    public TimeSpan? CpuBudget { get; init; }

    /// <summary>Ends the call when it is cancelled. A call whose token is cancelled before it starts does not start.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// Takes the items that the guest yields, in order, one at a time; a guest may not yield if this is null. The guest waits until an item has been
    /// taken, and no thread is held meanwhile. False says that no more are wanted: the guest shall come to its end, and is ended if it yields again.
    /// What it throws is an error that the guest can handle, with its message.
    /// </summary>
    public Func<GuestValue, ValueTask<bool>>? Items { get; init; }

    /// <summary>How much of the timeout has passed already, in a queue in front of the sandbox.</summary>
    internal TimeSpan Waited { get; init; }

    /// <summary>The same, but no looser than a sandbox allows.</summary>
    /// <param name="timeout">The longest timeout; none if null.</param>
    /// <param name="cpuBudget">The largest budget; none if null.</param>
    internal CallOptions Within(TimeSpan? timeout, TimeSpan? cpuBudget)
    {
        // A call's own timeout counts from where it began to wait, the sandbox's from where it starts.
        bool isTimeoutLooser = timeout is { } longest && !(Timeout - Waited <= longest);
        bool isBudgetLooser = cpuBudget is { } largest && !(CpuBudget <= largest);
        if (!isTimeoutLooser && !isBudgetLooser) return this;
        return this with
        {
            Timeout = isTimeoutLooser ? timeout : Timeout,
            Waited = isTimeoutLooser ? TimeSpan.Zero : Waited,
            CpuBudget = isBudgetLooser ? cpuBudget : CpuBudget,
        };
    }

    /// <summary>Whether <see cref="Validate()"/> has nothing to say.</summary>
    internal bool IsValid => IsPossible(Timeout) && IsPossible(CpuBudget);

    /// <exception cref="ArgumentOutOfRangeException">A time that is not positive, or longer than a timer can wait (49 days).</exception>
    internal void Validate()
    {
        Validate(Timeout, nameof(Timeout));
        Validate(CpuBudget, nameof(CpuBudget));
    }

    internal static void Validate(TimeSpan? time, string name)
    {
        if (!IsPossible(time)) throw new ArgumentOutOfRangeException(name, time, $"{name} must be above zero and at most {Longest}.");
    }

    private static bool IsPossible(TimeSpan? time) => time is not { } bound || (bound > TimeSpan.Zero && bound <= Longest);
}
