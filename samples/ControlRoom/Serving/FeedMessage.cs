namespace ControlRoom;

/// <summary>What one client is told at one time: what has changed since it was told last.</summary>
/// <param name="IsWhole">Whether the sandboxes here are all there are, so that what the client knew of them before is to be forgotten.</param>
/// <param name="Cells">Sandboxes that have changed.</param>
/// <param name="Removed">The names of those that are shown no more.</param>
/// <param name="Poisonings">Poisonings, oldest first.</param>
/// <param name="Points">Seconds that have passed, oldest first.</param>
/// <param name="Totals">What was counted since the start.</param>
internal sealed record FeedMessage(
    bool IsWhole,
    IReadOnlyList<CellView> Cells,
    IReadOnlyList<string> Removed,
    IReadOnlyList<Poisoning> Poisonings,
    IReadOnlyList<RatePoint> Points,
    Totals Totals)
{
    public bool SaysNothing => !IsWhole && Cells.Count + Removed.Count + Poisonings.Count + Points.Count == 0;
}
