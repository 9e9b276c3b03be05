using System.Collections.Immutable;
using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>A host function as its callers know it.</summary>
/// <param name="Name">What guests call it by.</param>
/// <param name="Parameters">What it takes, a token of its host left out.</param>
/// <param name="Result">What it gives.</param>
internal sealed record HostFunctionSignature(string Name, ImmutableArray<GuestValueType> Parameters, GuestValueType Result);
