using System.Collections.Immutable;
using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>What a guest can know of a host function: its name and its types.</summary>
internal sealed record HostFunctionSignature(string Name, ImmutableArray<GuestValueType> Parameters, GuestValueType Result)
{
    public bool Equals(HostFunctionSignature? other) =>
        other is not null && Name == other.Name && Result == other.Result && Parameters.AsSpan().SequenceEqual(other.Parameters.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Name, Result, Parameters.Length);

    /// <summary>As a person would write it: <c>Int32 HostAdd(Int32, Int32)</c>.</summary>
    public override string ToString() => $"{Result} {Name}({string.Join(", ", Parameters)})";
}
