namespace SandboxActors.Core;

/// <summary>Why a saved snapshot cannot be used.</summary>
public enum SnapshotProblem
{
    /// <summary>There is no such directory.</summary>
    NotFound,

    /// <summary>The directory holds something else: no OCI image layout, or another kind of image.</summary>
    NotASnapshot,

    /// <summary>It was saved by a version of this library that does it in another way.</summary>
    UnsupportedVersion,

    /// <summary>A file is missing, or has another size than it was saved with.</summary>
    Truncated,

    /// <summary>A file has another content than it was saved with.</summary>
    Altered,

    /// <summary>What is written there cannot be: nobody saved it like this.</summary>
    Malformed,

    /// <summary>It is whole, but cannot go on here: the guest may hold on to something that this processor or hypervisor does not have.</summary>
    OtherProcessor,

    /// <summary>The system refused to read it.</summary>
    Unreadable,
}
