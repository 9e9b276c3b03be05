namespace SandboxActors.Benchmarks.Scale;

/// <summary>What operations cost with so many sandboxes about, in microseconds.</summary>
internal sealed record ScalePoint(int Sandboxes, double Create, double Call, double CallAndRestore);
