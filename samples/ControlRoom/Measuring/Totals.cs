namespace ControlRoom;

/// <summary>What was counted since the control room was opened.</summary>
internal sealed record Totals(long Calls, long Poisonings, long Restores);
