using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Telemetry;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>A host function whose task has not completed.</summary>
/// <param name="Function">The function.</param>
/// <param name="Task">Its result.</param>
/// <param name="Observation">What is measured of it, and its span.</param>
internal sealed record PendingHostCall(HostFunction Function, Task<GuestValue> Task, Observation Observation);
