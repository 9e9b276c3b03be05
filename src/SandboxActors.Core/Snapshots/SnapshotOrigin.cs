using System.Collections.Immutable;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Layout;

namespace SandboxActors.Core.Snapshots;

/// <summary>What a snapshot was taken of: what whoever goes on with it must have too.</summary>
/// <param name="Hypervisor">The kind of machine, whose registers it holds.</param>
/// <param name="Image">The guest.</param>
/// <param name="Layout">Where everything lies.</param>
/// <param name="HostFunctions">The host functions that the guest could call, by name.</param>
/// <param name="Processor">Who made the processor of the host, as <see cref="HostProcessor"/> says.</param>
internal sealed record SnapshotOrigin(
    string Hypervisor, GuestImage Image, SandboxLayout Layout, ImmutableArray<HostFunctionSignature> HostFunctions, string Processor);
