namespace SandboxActors.Machine;

/// <summary>
/// Why the guest stopped running. A value, so that the hot path allocates nothing; <see cref="Kind"/> says which members have a meaning.
/// </summary>
public readonly record struct VmExit
{
    /// <summary>The reason.</summary>
    public VmExitKind Kind { get; private init; }

    /// <summary>The port, for <see cref="VmExitKind.Output"/> and <see cref="VmExitKind.PortViolation"/>.</summary>
    public ushort Port { get; private init; }

    /// <summary>The four bytes written, for <see cref="VmExitKind.Output"/>.</summary>
    public uint Value { get; private init; }

    /// <summary>The exception, for <see cref="VmExitKind.Fault"/>.</summary>
    public GuestFault Fault { get; private init; }

    /// <summary>
    /// The physical address, for <see cref="VmExitKind.UnmappedMemory"/>; the instruction pointer, for <see cref="VmExitKind.PortViolation"/>: at the
    /// instruction, or right behind it where the processor had carried it out.
    /// </summary>
    public GuestAddress Address { get; private init; }

    /// <summary>
    /// The hypervisor's own number: its sub-error for <see cref="VmExitKind.InternalError"/>, its exit reason for <see cref="VmExitKind.Unknown"/>.
    /// </summary>
    public uint Detail { get; private init; }

    /// <summary>One 4-byte <c>out</c> to an open port.</summary>
    public static VmExit Output(ushort port, uint value) => new() { Kind = VmExitKind.Output, Port = port, Value = value };

    /// <summary>Any other touch of a port.</summary>
    public static VmExit PortViolation(ushort port, GuestAddress instruction) => new() { Kind = VmExitKind.PortViolation, Port = port, Address = instruction };

    /// <summary>A CPU exception.</summary>
    public static VmExit Faulted(GuestFault fault) => new() { Kind = VmExitKind.Fault, Fault = fault };

    /// <summary>An interruption: a result, never an exception.</summary>
    public static VmExit Interrupted { get; } = new() { Kind = VmExitKind.Interrupted };

    /// <summary>The end of the machine.</summary>
    public static VmExit Shutdown { get; } = new() { Kind = VmExitKind.Shutdown };

    /// <summary>A physical address without memory.</summary>
    public static VmExit UnmappedMemory(GuestAddress address) => new() { Kind = VmExitKind.UnmappedMemory, Address = address };

    /// <summary>Memory behind a slot is gone.</summary>
    public static VmExit LostMemory { get; } = new() { Kind = VmExitKind.LostMemory };

    /// <summary>The hypervisor gave up.</summary>
    public static VmExit InternalError(uint detail) => new() { Kind = VmExitKind.InternalError, Detail = detail };

    /// <summary>A reason nobody knows.</summary>
    public static VmExit Unknown(uint detail) => new() { Kind = VmExitKind.Unknown, Detail = detail };
}
