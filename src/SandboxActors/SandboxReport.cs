using SandboxActors.Core;

namespace SandboxActors;

/// <summary>What a sandbox's actor says of itself.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="SandboxId">The number of its machine; a rebuild brings another one.</param>
/// <param name="PoisonReason">What poisoned it, if it is poisoned.</param>
/// <param name="Waiting">Requests that wait until the running call ends or the sandbox is healed; the running call is not counted.</param>
/// <param name="Calls">Calls that have ended, in any way.</param>
/// <param name="Poisonings">How often it was poisoned.</param>
/// <param name="Restores">How often it was healed by a restore.</param>
/// <param name="Rebuilds">How often it was healed by a rebuild.</param>
/// <param name="Slices">Slices that its calls have used up: how often a guest was interrupted to give others their turn.</param>
public sealed record SandboxReport(
    SandboxActorState State, long SandboxId, PoisonReason? PoisonReason, int Waiting, long Calls, long Poisonings, long Restores, long Rebuilds,
    long Slices)
{
    /// <summary>Where a debugger can attach, whether one has, and whether it has the guest stopped; null if the sandbox cannot be debugged.</summary>
    public SandboxDebugger? Debugger { get; init; }
}
