using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>What a host function gave: a value at once, or a task that will.</summary>
/// <param name="Value">The value, where there is no task.</param>
/// <param name="Pending">The task, where the function is asynchronous.</param>
internal readonly record struct HostCallOutcome(GuestValue Value, Task<GuestValue>? Pending);
