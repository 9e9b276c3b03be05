namespace SandboxActors.Core;

/// <summary>What became of a kill.</summary>
public enum KillOutcome
{
    /// <summary>The call in flight was ended; its sandbox is poisoned.</summary>
    Killed,

    /// <summary>The call ended by itself, well or badly, before the kill reached it.</summary>
    CompletedFirst,

    /// <summary>No call was in flight, so the kill had no effect.</summary>
    NothingRunning,
}
