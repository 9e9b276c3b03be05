using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

// What is to be seen of a guest is the guest's: not the stub that it stands in when it has raised an exception, nor what stepping leaves behind.
internal sealed partial class DebuggedMachine
{
    /// <inheritdoc />
    public long StaleInterrupts => machine.StaleInterrupts;

    /// <inheritdoc />
    public VcpuState ReadState()
    {
        VcpuState state = machine.ReadState();
        SpecialRegisters special = state.Special.Cs == _atRest.Special.Cs ? state.Special : state.Special with { Cs = _atRest.Special.Cs, Ss = _atRest.Special.Ss };
        return state with { General = ReadGuestRegisters(), Special = special, Debug = _atRest.Debug };
    }

    /// <inheritdoc />
    public GeneralRegisters ReadGuestRegisters()
    {
        GeneralRegisters registers = machine.ReadGuestRegisters();
        return _failed is { } step ? step.WithoutOwnFlag(registers) : registers;
    }

    /// <inheritdoc />
    public void WriteGuestRegisters(GeneralRegisters registers)
    {
        machine.WriteGuestRegisters(registers);
        ForgetExit();
    }

    /// <inheritdoc />
    public void WriteState(VcpuState state)
    {
        machine.WriteState(state);
        ForgetExit();
    }

    /// <inheritdoc />
    public void Interrupt() => machine.Interrupt();

    /// <inheritdoc />
    public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites) => machine.MapMemory(slot, range, memory, trackWrites);

    /// <inheritdoc />
    public void UnmapMemory(int slot) => machine.UnmapMemory(slot);

    /// <inheritdoc />
    public void Protect(GuestRange range, MemoryAccess access) => machine.Protect(range, access);

    /// <inheritdoc />
    public void ReadWrittenPages(int slot, Span<ulong> bitmap) => machine.ReadWrittenPages(slot, bitmap);

    /// <inheritdoc />
    public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap) => machine.ForgetWrittenPages(slot, bitmap);

    /// <inheritdoc />
    public void Dispose() => machine.Dispose();

    // It is not where it was: what it was about there is over.
    private void ForgetExit() => (_ending, _isToEnd, _failed, _reasonBehindOutput, _owesInterrupt) = (null, false, null, null, false);
}
