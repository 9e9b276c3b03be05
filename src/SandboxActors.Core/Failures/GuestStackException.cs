namespace SandboxActors.Core;

/// <summary>The guest overflowed or damaged its stack; the reason says which.</summary>
public sealed class GuestStackException : GuestPoisonException
{
    internal GuestStackException(string function, PoisonReason reason)
        : base(function, reason)
    {
    }
}
