namespace SandboxActors.Core;

/// <summary>The host itself failed in the middle of a call; see the inner exception.</summary>
public sealed class HostFailedException : GuestPoisonException
{
    internal HostFailedException(string function, PoisonReason.HostFailed reason)
        : base(function, reason, reason.Cause)
    {
    }
}
