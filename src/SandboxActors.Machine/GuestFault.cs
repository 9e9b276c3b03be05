namespace SandboxActors.Machine;

/// <summary>A CPU exception that a guest raised.</summary>
/// <param name="Vector">The exception's number (Intel SDM volume 3, table 6-1).</param>
/// <param name="ErrorCode">The error code the processor pushed, or zero where the vector has none.</param>
/// <param name="Address">For a page fault the address accessed (CR2); otherwise zero.</param>
/// <param name="InstructionPointer">The guest's instruction pointer as pushed by the processor.</param>
/// <param name="StackPointer">The guest's stack pointer as pushed by the processor.</param>
public readonly record struct GuestFault(
    CpuException Vector, uint ErrorCode, GuestAddress Address, GuestAddress InstructionPointer, GuestAddress StackPointer)
{
    /// <summary>For a page fault, the kind of access that faulted, from bits 1 and 4 of the error code.</summary>
    public MemoryAccess Access =>
        (ErrorCode & 0x10) != 0 ? MemoryAccess.Execute : (ErrorCode & 0x2) != 0 ? MemoryAccess.Write : MemoryAccess.Read;

    /// <summary>For a page fault, whether the page was present, so that its permission was the matter (bit 0).</summary>
    public bool PageWasPresent => (ErrorCode & 0x1) != 0;
}
