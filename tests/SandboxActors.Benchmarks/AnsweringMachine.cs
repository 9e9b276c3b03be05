using System.Buffers.Binary;
using SandboxActors.Core;
using SandboxActors.Machine;

namespace SandboxActors.Benchmarks;

/// <summary>
/// A machine without a guest: at each entry it puts the next of some messages where a guest's would stand, and exits by its port. What a call on it
/// costs is what the host does for a call, without the exit.
/// </summary>
internal sealed class AnsweringMachine : IVirtualMachine
{
    private const int OutputAddressInBoot = 32;

    private readonly (ushort Port, byte[] Message)[] _exits;
    private GuestMemoryBlock? _memory;
    private GuestRange _range;
    private VcpuState _state = new()
    {
        General = default,
        Special = new SpecialRegisters(),
        ExtendedState = [],
        ExtendedControl = 0,
        Debug = default,
        ModelSpecific = [],
    };

    private ulong _output;
    private int _next;

    private AnsweringMachine((ushort Port, byte[] Message)[] exits) => _exits = exits;

    public long StaleInterrupts => 0;

    /// <summary>A hypervisor of such machines.</summary>
    /// <param name="exits">The exits of each call in turn: port, and message with its size prefix. The last one's port is the ready port.</param>
    public static IHypervisor Hypervisor(params (ushort Port, byte[] Message)[] exits) => new Hypervisors(exits);

    /// <inheritdoc />
    public VmExit Run()
    {
        if (_output == 0)
        {
            ulong place = _state.General.Rdi + OutputAddressInBoot - _range.Start.Value;
            _output = BinaryPrimitives.ReadUInt64LittleEndian(_memory!.Slice(place, sizeof(ulong))) - _range.Start.Value;
            return VmExit.Output(_exits[^1].Port, 0);
        }

        (ushort port, byte[] message) = _exits[_next];
        _next = _next + 1 == _exits.Length ? 0 : _next + 1;
        message.CopyTo(_memory!.Slice(_output, message.Length));
        return VmExit.Output(port, 0);
    }

    /// <inheritdoc />
    public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites)
    {
        if (memory is GuestMemoryBlock block && trackWrites) (_memory, _range) = (block, range);
    }

    /// <inheritdoc />
    public VcpuState ReadState() => _state;

    /// <inheritdoc />
    public GeneralRegisters ReadGuestRegisters() => _state.General;

    /// <inheritdoc />
    public void WriteGuestRegisters(GeneralRegisters registers) => _state = _state with { General = registers };

    public void WriteState(VcpuState state) => _state = state;

    /// <inheritdoc />
    public void UnmapMemory(int slot)
    {
    }

    /// <inheritdoc />
    public void Protect(GuestRange range, MemoryAccess access)
    {
    }

    /// <inheritdoc />
    public void Interrupt()
    {
    }

    /// <inheritdoc />
    public void ReadWrittenPages(int slot, Span<ulong> bitmap) => bitmap.Clear();

    /// <inheritdoc />
    public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Hypervisors((ushort Port, byte[] Message)[] exits) : IHypervisor
    {
        public string Name => "none";

        public uint TimestampCounterKilohertz => 0;

        public IVirtualMachine CreateMachine(MachineOptions options) => new AnsweringMachine(exits);

        public void Dispose()
        {
        }
    }
}
