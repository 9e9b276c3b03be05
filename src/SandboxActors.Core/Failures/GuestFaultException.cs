using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>The guest raised a CPU exception other than a page fault.</summary>
public sealed class GuestFaultException : GuestPoisonException
{
    internal GuestFaultException(string function, PoisonReason.Faulted reason)
        : base(function, reason) => Fault = reason.Fault;

    /// <summary>Vector, error code, instruction.</summary>
    public GuestFault Fault { get; }
}
