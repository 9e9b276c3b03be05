namespace SandboxActors.Core;

/// <summary>
/// The sandbox is in the middle of another operation: it has one caller at a time. Also what a host function gets that calls back into its own
/// sandbox.
/// </summary>
public sealed class SandboxBusyException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    public SandboxBusyException()
        : base("The sandbox is busy: it serves one caller at a time, and a host function may not call back into its own sandbox.")
    {
    }
}
