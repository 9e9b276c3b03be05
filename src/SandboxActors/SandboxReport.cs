using SandboxActors.Core;

namespace SandboxActors;

/// <summary>What a sandbox's actor says of itself.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="SandboxId">The number of its machine; a rebuild brings another one.</param>
/// <param name="PoisonReason">What poisoned it, if it is poisoned.</param>
/// <param name="Waiting">Requests set aside until the running call ends or the sandbox is healed; those still in the mailbox are not counted.</param>
/// <param name="Calls">Calls that have ended, in any way.</param>
/// <param name="Poisonings">How often it was poisoned.</param>
/// <param name="Restores">How often it was healed by a restore.</param>
/// <param name="Rebuilds">How often it was healed by a rebuild.</param>
public sealed record SandboxReport(
    SandboxActorState State, long SandboxId, PoisonReason? PoisonReason, int Waiting, long Calls, long Poisonings, long Restores, long Rebuilds);
