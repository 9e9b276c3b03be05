using SandboxActors.Core.HostFunctions;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>A host function whose task has not completed.</summary>
/// <param name="Function">The function.</param>
/// <param name="Task">Its result.</param>
internal sealed record PendingHostCall(HostFunction Function, Task<GuestValue> Task);
