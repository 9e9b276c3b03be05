namespace SandboxActors;

/// <summary>What is to be done about a poisoned sandbox.</summary>
/// <param name="Remedy">Restore, rebuild or stop.</param>
/// <param name="Attempt">The how manieth heal in a row it is, from 1.</param>
/// <param name="Delay">How long to wait before.</param>
/// <param name="StopReason">Why, if the remedy is to stop.</param>
internal readonly record struct HealingDecision(HealingPolicy Remedy, int Attempt, TimeSpan Delay, SandboxStopReason StopReason = default);
