namespace SandboxActors.Core;

/// <summary>The guest sent something that is not a message.</summary>
public sealed class GuestProtocolException : GuestPoisonException
{
    internal GuestProtocolException(string function, PoisonReason.InvalidMessage reason)
        : base(function, reason)
    {
    }
}
