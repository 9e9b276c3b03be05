namespace SandboxActors.Machine;

/// <summary>
/// One machine with one vCPU. Owned by one caller at a time; only <see cref="Interrupt"/> may be called from any thread at any time.
/// A caller may move between threads from call to call.
/// </summary>
public interface IVirtualMachine : IDisposable
{
    /// <summary>Times that a run was broken off by a signal that nobody had asked for, and went on.</summary>
    long StaleInterrupts { get; }

    /// <summary>
    /// Backs a guest physical range with memory. What the guest may do with it is <see cref="Protect"/>'s matter: until then nothing.
    /// </summary>
    /// <param name="slot">A number from 0 to 63 that is free; it names the memory slot from now on.</param>
    /// <param name="range">
    /// Page-aligned, below <see cref="GuestAddressSpace.End"/>, overlapping no other slot; as long as <paramref name="memory"/>.
    /// </param>
    /// <param name="memory">The memory; must live until the slot is unmapped or the machine disposed.</param>
    /// <param name="trackWrites">
    /// Whether <see cref="ReadWrittenPages"/> shall report this slot; otherwise the slot is read-only for the guest whatever the page tables say.
    /// </param>
    /// <exception cref="ArgumentException">Slot in use, misaligned, overlapping, out of the guest address space, lengths differ.</exception>
    /// <exception cref="MachineException">The system refused; nothing is mapped.</exception>
    void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites);

    /// <summary>Takes a slot away, and with it every page table entry of its range.</summary>
    /// <param name="slot">A slot in use.</param>
    /// <exception cref="ArgumentException">The slot is free.</exception>
    /// <exception cref="MachineException">The system refused; the slot is still mapped.</exception>
    void UnmapMemory(int slot);

    /// <summary>
    /// Says what the guest may do with the pages of a range; before, it could do nothing with them. To be called once a range, before
    /// the guest can have touched it: page tables of a running machine only ever gain entries, until a slot is unmapped.
    /// </summary>
    /// <param name="range">Page-aligned, and inside one slot.</param>
    /// <param name="access">
    /// <see cref="MemoryAccess.Read"/>, with <see cref="MemoryAccess.Write"/> or <see cref="MemoryAccess.Execute"/> but not with both.
    /// </param>
    /// <exception cref="ArgumentException">Misaligned, outside every slot, already protected, or an access that W^X forbids.</exception>
    /// <exception cref="MachineException">The system refused memory for page tables.</exception>
    void Protect(GuestRange range, MemoryAccess access);

    /// <summary>Runs the guest until it exits. Allocates nothing.</summary>
    /// <returns>Why it stopped. After <see cref="VmExitKind.Output"/> the next run goes on behind the <c>out</c>.</returns>
    /// <exception cref="MachineException">The system refused to run the vCPU.</exception>
    VmExit Run();

    /// <summary>
    /// Makes the run in progress, or if there is none the next one, end with <see cref="VmExitKind.Interrupted"/> at least once; a run that ends in
    /// another way first leaves the request standing for the next. From any thread, any number of times; nothing after dispose.
    /// </summary>
    /// <exception cref="MachineException">The run in progress could not be reached; there is no request, and the caller may try again.</exception>
    void Interrupt();

    /// <summary>Reads everything the vCPU holds. Completes an <c>out</c> that is still pending first, so that the state is at rest.</summary>
    /// <remarks>Completing another instruction (<c>ins</c>) may write to guest memory: whoever wants both, takes the vCPU first.</remarks>
    /// <exception cref="MachineException">The system refused.</exception>
    VcpuState ReadState();

    /// <summary>
    /// Reads the general registers as the guest has them after the latest run. After a CPU exception RIP, RSP and RFLAGS are what the guest had when
    /// it raised it; after an <c>out</c> RIP is at it or right behind it. Changes nothing and calls no system, so that it can be done to every guest
    /// that dies.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The machine is disposed.</exception>
    GeneralRegisters ReadGuestRegisters();

    /// <summary>
    /// Sets the general registers that the guest goes on with, and drops whatever was pending: after a CPU exception it goes on as if it had raised none.
    /// All else that the vCPU holds stays. For whoever has the guest go on where it stands, again and again; to be used after an exit that a guest can be
    /// run on from.
    /// </summary>
    /// <param name="registers">The registers.</param>
    /// <exception cref="MachineException">The system refused.</exception>
    void WriteGuestRegisters(GeneralRegisters registers);

    /// <summary>Sets everything the vCPU holds, drops whatever was pending (exceptions, an unfinished <c>out</c>), and makes it runnable.</summary>
    /// <remarks>Dropping may mean completing, and completing an <c>ins</c> writes to guest memory: memory is put back after this.</remarks>
    /// <param name="state">A state that was read from a machine of this kind, with whatever parts changed.</param>
    /// <exception cref="ArgumentException">The extended state has another size than this kind of machine's; nothing is changed.</exception>
    /// <exception cref="MachineException">The system refused; the vCPU's state is now unknown.</exception>
    void WriteState(VcpuState state);

    /// <summary>
    /// Writes into a bitmap which pages of a slot the guest has written since the slot was mapped, or since they were forgotten (a page may be reported
    /// though it was not written).
    /// </summary>
    /// <param name="slot">A slot mapped with <c>trackWrites</c>.</param>
    /// <param name="bitmap">
    /// One bit a page, lowest first, at least as many as the slot has pages, in whole 64-bit words. What it held is overwritten; words behind the slot's
    /// stay.
    /// </param>
    /// <exception cref="ArgumentException">The slot is free or not tracked, or the bitmap too short.</exception>
    /// <exception cref="MachineException">The system refused.</exception>
    void ReadWrittenPages(int slot, Span<ulong> bitmap);

    /// <summary>
    /// Forgets that pages were written: only another write has <see cref="ReadWrittenPages"/> report them again. The next write to each costs the guest
    /// what its first did, so this is for pages that are not written any more.
    /// </summary>
    /// <param name="slot">A slot mapped with <c>trackWrites</c>.</param>
    /// <param name="bitmap">As for <see cref="ReadWrittenPages"/>; the pages to forget.</param>
    /// <exception cref="ArgumentException">The slot is free or not tracked, or the bitmap too short.</exception>
    /// <exception cref="MachineException">The system refused; some of them may be forgotten.</exception>
    void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap);
}
