namespace SelfHealing;

/// <summary>A way to poison a sandbox.</summary>
/// <param name="Title">What the table calls it.</param>
/// <param name="Kind">The kind of poison that it must be reported as.</param>
/// <param name="Call">Calls the guest function that does it.</param>
internal sealed record Misdeed(string Title, string Kind, Func<Worker, Task> Call);
