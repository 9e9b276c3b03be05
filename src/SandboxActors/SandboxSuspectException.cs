namespace SandboxActors;

/// <summary>
/// Something unexpected was thrown inside a sandbox's actor, so that nobody knows what state the sandbox is in. It is for the supervisor; the caller
/// got the cause.
/// </summary>
internal sealed class SandboxSuspectException(string name, Exception cause)
    : Exception($"The state of sandbox '{name}' is unknown: {cause.Message}", cause);
