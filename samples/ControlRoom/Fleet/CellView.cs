namespace ControlRoom;

/// <summary>A sandbox as the page sees it, at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Calls">Calls that have ended, in any way.</param>
/// <param name="Waiting">Requests that wait for their turn.</param>
/// <param name="Poisonings">How often it was poisoned.</param>
/// <param name="Heals">How often it was healed.</param>
/// <param name="Reason">What poisoned it last, in words; null if nothing has. Some of the words may be the guest's.</param>
internal sealed record CellView(string Name, CellState State, long Calls, int Waiting, long Poisonings, long Heals, string? Reason)
{
    public static CellView New(string name) => new(name, CellState.Idle, 0, 0, 0, 0, null);
}
