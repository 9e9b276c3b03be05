namespace SandboxActors.Core.Snapshots.Durable.Documents;

/// <summary>What a <see cref="SnapshotDocument"/> of any version begins with.</summary>
internal sealed record VersionDocument(int Version);
