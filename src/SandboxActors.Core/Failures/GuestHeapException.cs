namespace SandboxActors.Core;

/// <summary>The guest exhausted or damaged its heap; the reason says which.</summary>
public sealed class GuestHeapException : GuestPoisonException
{
    internal GuestHeapException(string function, PoisonReason reason)
        : base(function, reason)
    {
    }
}
