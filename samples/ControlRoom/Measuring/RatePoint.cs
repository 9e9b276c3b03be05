namespace ControlRoom;

/// <summary>What was measured in one second.</summary>
/// <param name="Time">When it began, in seconds since 1970.</param>
/// <param name="Calls">Calls that ended.</param>
/// <param name="Poisonings">Guests that were not run to their end.</param>
/// <param name="Restores">Times that a state was put back.</param>
/// <param name="Median">The calls' median duration in milliseconds; null if none ended.</param>
/// <param name="Percentile99">The duration in milliseconds that 99 of 100 calls stayed below; null if none ended.</param>
internal sealed record RatePoint(long Time, long Calls, long Poisonings, long Restores, double? Median, double? Percentile99);
