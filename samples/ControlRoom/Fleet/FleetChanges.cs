namespace ControlRoom;

/// <summary>What has changed in a fleet since a number that its reader knows.</summary>
/// <param name="Number">The number to ask with next time.</param>
/// <param name="IsWhole">Whether this is all there is, instead of what has changed: what the reader knew before is to be forgotten.</param>
/// <param name="Cells">The sandboxes that have changed, or all.</param>
/// <param name="Removed">The names of those that are shown no more.</param>
internal sealed record FleetChanges(long Number, bool IsWhole, IReadOnlyList<CellView> Cells, IReadOnlyList<string> Removed);
