namespace SandboxActors.Core;

/// <summary>What a <see cref="SandboxPool"/> has and has done.</summary>
/// <param name="Live">Micro-VMs that there are.</param>
/// <param name="Free">Those of them that no sandbox has.</param>
/// <param name="Created">Micro-VMs made, ever.</param>
/// <param name="Reused">Times that a sandbox got one that there was.</param>
/// <param name="Parked">Times that an idle sandbox gave its own away.</param>
/// <param name="Wanted">Micro-VMs that are to be free, by <see cref="SandboxPool.KeepReady"/>.</param>
/// <param name="Missing">How many of those are not there yet, or have been taken and not been made anew.</param>
public readonly record struct SandboxPoolReport(int Live, int Free, long Created, long Reused, long Parked, int Wanted, int Missing);
