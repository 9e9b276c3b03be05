using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests;

/// <summary>A hypervisor that remembers which memory its machines have mapped, so that a test can look at what a guest has done.</summary>
internal sealed class WatchedHypervisor(IHypervisor inner) : IHypervisor
{
    private readonly SortedDictionary<ulong, HostMemory> _mapped = [];

    public string Name => inner.Name;

    /// <summary>The same for every hypervisor: a guest is told, so it stands in its memory.</summary>
    public uint TimestampCounterKilohertz => 1_000_000;

    public IVirtualMachine CreateMachine(MachineOptions options) => new WatchedMachine(inner.CreateMachine(options), _mapped);

    /// <summary>A copy of everything that is mapped, by address.</summary>
    public IReadOnlyList<(ulong Start, byte[] Bytes)> CopyMemory() =>
        [.. _mapped.Select(pair => (pair.Key, pair.Value.Read(0, (int)pair.Value.Length).ToArray()))];

    public void Dispose()
    {
        // The inner one is shared with other tests.
    }

    private sealed class WatchedMachine(IVirtualMachine machine, SortedDictionary<ulong, HostMemory> mapped) : IVirtualMachine
    {
        private readonly Dictionary<int, ulong> _starts = [];

        public long StaleInterrupts => machine.StaleInterrupts;

        public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites)
        {
            machine.MapMemory(slot, range, memory, trackWrites);
            mapped[range.Start.Value] = memory;
            _starts[slot] = range.Start.Value;
        }

        public void UnmapMemory(int slot)
        {
            machine.UnmapMemory(slot);
            mapped.Remove(_starts[slot]);
        }

        public void Protect(GuestRange range, MemoryAccess access) => machine.Protect(range, access);

        public VmExit Run() => machine.Run();

        public void Interrupt() => machine.Interrupt();

        public VcpuState ReadState() => machine.ReadState();

        public GeneralRegisters ReadGuestRegisters() => machine.ReadGuestRegisters();

        public void WriteGuestRegisters(GeneralRegisters registers) => machine.WriteGuestRegisters(registers);

        public void WriteState(VcpuState state) => machine.WriteState(state);

        public void ReadWrittenPages(int slot, Span<ulong> bitmap) => machine.ReadWrittenPages(slot, bitmap);

        public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap) => machine.ForgetWrittenPages(slot, bitmap);

        public void Dispose() => machine.Dispose();
    }
}
