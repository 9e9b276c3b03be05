namespace SandboxActors.Core;

/// <summary>The host ended the call.</summary>
public sealed class GuestKilledException : GuestPoisonException
{
    internal GuestKilledException(string function, PoisonReason.Killed reason)
        : base(function, reason)
    {
    }
}
