namespace SandboxActors.Core;

/// <summary>A restore failed half way: the sandbox refuses everything but dispose.</summary>
public sealed class UnrecoverableSandboxException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    public UnrecoverableSandboxException()
        : base("A restore of the sandbox failed half way; it can only be disposed.")
    {
    }
}
