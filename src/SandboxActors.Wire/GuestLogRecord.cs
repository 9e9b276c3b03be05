namespace SandboxActors.Wire;

/// <summary>
/// One log message of a guest. Every text is the guest's own: not to be trusted, of any length that fits into the message, with any character.
/// </summary>
/// <param name="Level">How important it is; never <see cref="GuestLogLevel.None"/>.</param>
/// <param name="Message">What the guest says.</param>
/// <param name="Source">What the guest calls itself; may be empty.</param>
/// <param name="Function">The guest's function that logged it; may be empty.</param>
/// <param name="File">The guest's source file; may be empty.</param>
/// <param name="Line">The line in that file, from 1; 0 if unknown.</param>
public sealed record GuestLogRecord(GuestLogLevel Level, string Message, string Source, string Function, string File, uint Line);
