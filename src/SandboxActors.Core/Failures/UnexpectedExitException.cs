using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>The guest left the machine in a way that nobody knows.</summary>
public sealed class UnexpectedExitException : GuestPoisonException
{
    internal UnexpectedExitException(string function, PoisonReason.UnexpectedExit reason)
        : base(function, reason) => Exit = reason.Exit;

    /// <summary>The exit.</summary>
    public VmExit Exit { get; }
}
