namespace SandboxActors.Benchmarks.Peers;

/// <summary>Whole cycles, call and restore, in microseconds.</summary>
/// <param name="Case">What was done.</param>
/// <param name="Ours">On KVM; null without it.</param>
/// <param name="Wasmtime">As in <see cref="CycleRun.Settings"/>.</param>
/// <param name="Ratio">How many of ours fit in one of Wasmtime's best; null without KVM.</param>
internal sealed record CycleResult(CycleCase Case, double? Ours, IReadOnlyList<double> Wasmtime, double? Ratio);
