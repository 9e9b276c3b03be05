using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>The guest touched memory that it may not touch in that way.</summary>
public sealed class GuestMemoryViolationException : GuestPoisonException
{
    internal GuestMemoryViolationException(string function, PoisonReason.MemoryViolation reason)
        : base(function, reason)
    {
        Address = reason.Fault.Address;
        Access = reason.Fault.Access;
        Permitted = reason.Permitted;
    }

    /// <summary>The address that was touched.</summary>
    public GuestAddress Address { get; }

    /// <summary>How it was touched: read, write or execute.</summary>
    public MemoryAccess Access { get; }

    /// <summary>What the guest may do there.</summary>
    public MemoryAccess Permitted { get; }
}
