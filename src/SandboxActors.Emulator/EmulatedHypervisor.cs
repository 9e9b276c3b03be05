using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>
/// Virtual machines in software: an x86-64 processor in user mode, for every host that .NET runs on. Safe for use from any thread.
/// </summary>
/// <remarks>A guest's run depends on nothing but its input: its time stamp counter counts its instructions.</remarks>
public sealed class EmulatedHypervisor : IHypervisor
{
    private readonly EmulatorOptions _options;
    private readonly DecodedBlockStore _decoded = new();
    private readonly RegionCache _regions = new();

    /// <summary>A hypervisor with default options.</summary>
    public EmulatedHypervisor()
        : this(EmulatorOptions.Default)
    {
    }

    /// <summary>A hypervisor whose machines run as the options say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A budget of zero, or a number of times below one.</exception>
    public EmulatedHypervisor(EmulatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(options.InstructionBudget);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TranslateAfter, 1);
        _options = options;
    }

    /// <inheritdoc />
    public string Name => "emulator";

    /// <inheritdoc />
    /// <remarks>The counter goes up by one with each instruction, so this is the speed that a guest is told it runs at: 500 million a
    /// second.</remarks>
    public uint TimestampCounterKilohertz => 500_000;

    /// <inheritdoc />
    public IVirtualMachine CreateMachine(MachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new EmulatedMachine(options, _options, _decoded, _regions);
    }

    /// <inheritdoc />
    /// <remarks>There is nothing to give back; machines made before live on.</remarks>
    public void Dispose()
    {
    }
}
