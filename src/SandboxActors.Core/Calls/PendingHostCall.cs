using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>A host function whose task has not completed.</summary>
/// <param name="Name">The function.</param>
/// <param name="Task">Its result.</param>
internal sealed record PendingHostCall(string Name, Task<GuestValue> Task);
