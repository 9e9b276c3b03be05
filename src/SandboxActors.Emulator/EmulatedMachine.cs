using System.Collections.Immutable;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>One machine: its memory slots, its processor, the blocks decoded so far, and the gate through which runs are broken off.</summary>
internal sealed partial class EmulatedMachine : IVirtualMachine
{
    private const int PortCount = 0x100;

    // A 4-byte access at a port covers this many; and KVM's exception stub has one that no guest may reach.
    private const int PortsPerAccess = 4;
    private const int ReservedPort = 0xE8;

    private readonly RunGate _gate = new();
    private readonly SlotTable _slots = new();
    private readonly BlockCache _blocks;
    private readonly ProcessorState _state = new();
    private readonly bool[] _openPorts;
    private readonly EmulatorOptions _options;
    private readonly MachineTranslator _translator;
    private DebugRegisters _debug = InitialState.Debug;
    private ImmutableArray<ModelSpecificRegister> _modelSpecific = [.. InitialState.ModelSpecific];
    private ulong _extendedControl;

    // Whether the guest ended in a way that it cannot be run on from.
    private bool _isShutDown;

    /// <summary>Makes a machine at rest.</summary>
    /// <exception cref="ArgumentException">A port that cannot be opened.</exception>
    public EmulatedMachine(MachineOptions options, EmulatorOptions emulator, DecodedBlockStore decoded, RegionCache regions)
    {
        _openPorts = OpenPorts(options.OpenPorts);
        _options = emulator;
        _blocks = new BlockCache(decoded);
        _translator = new MachineTranslator(_blocks, regions, emulator.TranslateAfter);
    }

    /// <inheritdoc />
    /// <remarks>Always zero: there are no signals here.</remarks>
    public long StaleInterrupts => 0;

    /// <inheritdoc />
    public void Interrupt() => _gate.Request();

    /// <inheritdoc />
    /// <remarks>A run in progress on another thread ends soon, and lets the memory go then.</remarks>
    public void Dispose()
    {
        if (_gate.Close(out bool isRunning) && !isRunning) _slots.Clear();
    }

    // The same ports as on KVM, so that options that one machine takes are taken by the other.
    private static bool[] OpenPorts(IReadOnlyList<ushort> ports)
    {
        bool[] open = new bool[PortCount];
        foreach (ushort port in ports)
        {
            int end = port + PortsPerAccess;
            if (end > PortCount || (port <= ReservedPort && ReservedPort < end))
            {
                throw new ArgumentException(
                    $"Port 0x{port:x} cannot be opened: four ports from it must lie below 0x100 and leave out 0x{ReservedPort:x}.", nameof(ports));
            }

            open[port] = true;
        }

        return open;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_gate.IsClosed, this);
}
