namespace SandboxActors.Benchmarks.Peers;

/// <summary>A peer cannot run on this machine, and why.</summary>
internal sealed class PeerAbsentException(string reason) : Exception(reason);
