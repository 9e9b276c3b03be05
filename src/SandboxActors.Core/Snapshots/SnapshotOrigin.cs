using System.Collections.Immutable;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Layout;

namespace SandboxActors.Core.Snapshots;

/// <summary>What the sandbox that a snapshot was taken of is, beside its state: what another one needs to go on from there.</summary>
/// <param name="Layout">Where everything lies in the guest.</param>
/// <param name="HostFunctions">What the guest may call, by name.</param>
/// <param name="TakesBatches">Whether the guest said at its start that it takes batches.</param>
/// <param name="Hypervisor">Which kind it ran on: <c>kvm</c>, <c>emulator</c>.</param>
/// <param name="Processor">Who made the processor of the host, as <see cref="HostProcessor"/> says.</param>
internal sealed record SnapshotOrigin(
    SandboxLayout Layout, ImmutableArray<HostFunctionSignature> HostFunctions, bool TakesBatches, string Hypervisor, string Processor);
