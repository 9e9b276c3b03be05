namespace SandboxActors.Core;

/// <summary>Who had called cancelled the call while it was running.</summary>
public sealed class GuestCallCancelledException : GuestEndedException
{
    internal GuestCallCancelledException(string function, PoisonReason.CallerCancelled reason)
        : base(function, reason)
    {
    }
}
