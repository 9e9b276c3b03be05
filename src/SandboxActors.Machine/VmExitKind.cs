namespace SandboxActors.Machine;

/// <summary>Why a guest stopped running. Closed: every switch over it names all of these.</summary>
public enum VmExitKind
{
    /// <summary>
    /// The guest wrote 4 bytes with one <c>out</c> to a port that is open to it. (An <c>outs</c> of 4 bytes does the same; where a hypervisor cannot
    /// tell the two apart it counts as one.)
    /// </summary>
    Output,

    /// <summary>
    /// The guest touched a port in a way that is not one 4-byte <c>out</c> to an open port: a closed port, an <c>in</c>, another size, a string of
    /// them.
    /// </summary>
    PortViolation,

    /// <summary>The guest raised a CPU exception.</summary>
    Fault,

    /// <summary><see cref="IVirtualMachine.Interrupt"/> asked for it. (A signal that nobody asked for does not end a run.)</summary>
    Interrupted,

    /// <summary>Triple fault or another end of the machine.</summary>
    Shutdown,

    /// <summary>The guest reached a physical address that no memory slot backs.</summary>
    UnmappedMemory,

    /// <summary>The host memory behind a slot could not be reached (a mapped file was truncated, say).</summary>
    LostMemory,

    /// <summary>The hypervisor gave up on the guest.</summary>
    InternalError,

    /// <summary>A reason that the machine does not know.</summary>
    Unknown,
}
