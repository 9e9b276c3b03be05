namespace SandboxActors.Core;

/// <summary>The host ended the call before the guest had come to its end. One derived type for each reason.</summary>
public abstract class GuestEndedException : GuestPoisonException
{
    private protected GuestEndedException(string function, PoisonReason reason)
        : base(function, reason)
    {
    }
}
