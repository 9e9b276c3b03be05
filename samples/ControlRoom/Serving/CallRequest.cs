namespace ControlRoom;

/// <summary>A call that somebody at the page wants made.</summary>
/// <param name="Function">One of the functions that the page offers.</param>
/// <param name="Arguments">Its arguments, as they were typed.</param>
internal sealed record CallRequest(string Function, IReadOnlyList<string?> Arguments);
