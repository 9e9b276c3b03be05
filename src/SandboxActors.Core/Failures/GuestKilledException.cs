namespace SandboxActors.Core;

/// <summary>Somebody killed the call.</summary>
public sealed class GuestKilledException : GuestEndedException
{
    internal GuestKilledException(string function, PoisonReason.Killed reason)
        : base(function, reason)
    {
    }
}
