namespace ControlRoom;

/// <summary>One poisoning, as the list on the page tells of it.</summary>
/// <param name="Number">The how manieth it is, from 1.</param>
/// <param name="Time">When.</param>
/// <param name="Sandbox">Whose.</param>
/// <param name="Function">The guest function that was called; empty if it was not a call.</param>
/// <param name="Kind">The cause's name.</param>
/// <param name="Reason">The cause in words, some of which may be the guest's.</param>
internal sealed record Poisoning(long Number, DateTimeOffset Time, string Sandbox, string Function, string Kind, string Reason);
