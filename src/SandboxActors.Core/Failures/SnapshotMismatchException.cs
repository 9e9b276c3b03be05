namespace SandboxActors.Core;

/// <summary>The snapshot belongs to another sandbox. Nothing was changed.</summary>
public sealed class SnapshotMismatchException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="sandboxId">The sandbox that was to be restored.</param>
    /// <param name="snapshotSandboxId">The sandbox that the snapshot was taken of.</param>
    public SnapshotMismatchException(long sandboxId, long snapshotSandboxId)
        : base($"The snapshot was taken of sandbox {snapshotSandboxId} and cannot be restored to sandbox {sandboxId}.")
    {
        SandboxId = sandboxId;
        SnapshotSandboxId = snapshotSandboxId;
    }

    /// <summary>The sandbox that was to be restored.</summary>
    public long SandboxId { get; }

    /// <summary>The sandbox that the snapshot was taken of.</summary>
    public long SnapshotSandboxId { get; }
}
