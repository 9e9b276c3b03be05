using SandboxActors.Core.HostFunctions;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>What a sandbox needs of its builder beside machine and memory.</summary>
internal sealed record SandboxDefinitionParts(
    HostFunctionTable HostFunctions, Action<GuestLogRecord> Log, SandboxOptions Options, TimeProvider Time, string Hypervisor);
