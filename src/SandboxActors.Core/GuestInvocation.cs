using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>A call that has not started: for <see cref="Sandbox.StartBatch"/>.</summary>
/// <param name="Function">The guest function.</param>
/// <param name="ReturnType">The type of its result.</param>
/// <param name="Arguments">Its arguments.</param>
public readonly record struct GuestInvocation(string Function, GuestValueType ReturnType, ReadOnlyMemory<GuestValue> Arguments);
