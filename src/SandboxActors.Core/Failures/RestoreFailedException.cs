namespace SandboxActors.Core;

/// <summary>A restore failed half way. The sandbox is now unrecoverable.</summary>
public sealed class RestoreFailedException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="cause">What failed.</param>
    public RestoreFailedException(Exception cause)
        : base($"The restore failed half way, and the sandbox can only be disposed: {cause.Message}", cause)
    {
    }
}
