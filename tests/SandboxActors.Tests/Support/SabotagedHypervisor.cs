using SandboxActors.Machine;

namespace SandboxActors.Tests;

/// <summary>A hypervisor whose machines work, until a test has one of their operations throw: for failures of the system itself.</summary>
internal sealed class SabotagedHypervisor(IHypervisor inner) : IHypervisor
{
    /// <summary>Called before each operation with its name; what it throws is the operation's failure.</summary>
    public Action<string> Before { get; set; } = static _ => { };

    public string Name => inner.Name;

    public uint TimestampCounterKilohertz => inner.TimestampCounterKilohertz;

    public IVirtualMachine CreateMachine(MachineOptions options)
    {
        Before(nameof(CreateMachine));
        return new Machine(this, inner.CreateMachine(options));
    }

    public void Dispose()
    {
    }

    private sealed class Machine(SabotagedHypervisor owner, IVirtualMachine inner) : IVirtualMachine
    {
        public long StaleInterrupts => inner.StaleInterrupts;

        public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites) => inner.MapMemory(slot, range, memory, trackWrites);

        public void UnmapMemory(int slot) => inner.UnmapMemory(slot);

        public void Protect(GuestRange range, MemoryAccess access) => inner.Protect(range, access);

        public VmExit Run()
        {
            owner.Before(nameof(Run));
            return inner.Run();
        }

        public void Interrupt() => inner.Interrupt();

        public VcpuState ReadState()
        {
            owner.Before(nameof(ReadState));
            return inner.ReadState();
        }

        public GeneralRegisters ReadGuestRegisters()
        {
            owner.Before(nameof(ReadGuestRegisters));
            return inner.ReadGuestRegisters();
        }

        public void WriteGuestRegisters(GeneralRegisters registers)
        {
            owner.Before(nameof(WriteGuestRegisters));
            inner.WriteGuestRegisters(registers);
        }

        public void WriteState(VcpuState state)
        {
            owner.Before(nameof(WriteState));
            inner.WriteState(state);
        }

        public void ReadWrittenPages(int slot, Span<ulong> bitmap)
        {
            owner.Before(nameof(ReadWrittenPages));
            inner.ReadWrittenPages(slot, bitmap);
        }

        public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap)
        {
            owner.Before(nameof(ForgetWrittenPages));
            inner.ForgetWrittenPages(slot, bitmap);
        }

        public void Dispose() => inner.Dispose();
    }
}
