namespace SandboxActors.Core;

/// <summary>The guest used a port that it does not have, or used one wrongly.</summary>
public sealed class GuestPortViolationException : GuestPoisonException
{
    internal GuestPortViolationException(string function, PoisonReason.PortViolation reason)
        : base(function, reason) => Port = reason.Port;

    /// <summary>The port.</summary>
    public ushort Port { get; }
}
