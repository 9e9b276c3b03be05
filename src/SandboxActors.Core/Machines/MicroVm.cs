using System.Collections.Immutable;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Calls;
using SandboxActors.Core.Debugging;
using SandboxActors.Core.Exitless;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Machines;

/// <summary>
/// A machine with a guest's memory in it: what a sandbox runs on. It belongs to one sandbox at a time, and has nothing of the one before once a state has been
/// put into it: memory, all registers and mapped regions are set whole, and the boot information is written anew.
/// </summary>
internal sealed class MicroVm : IDisposable
{
    private MicroVm(MicroVmShape shape, IVirtualMachine machine, SandboxMemory memory)
    {
        Shape = shape;
        Machine = machine;
        Exitless = machine as ExitlessMachine;
        Debugged = machine as DebuggedMachine;
        Memory = memory;
        Regions = new RegionMap(machine, shape.Layout);
        Debugged?.Show(new GuestView(memory, Regions));
        Input = new InputWriter(memory);
        AtRest = machine.ReadState();
    }

    public MicroVmShape Shape { get; }

    public IVirtualMachine Machine { get; }

    /// <summary>The machine, if its guest may stay inside between calls.</summary>
    public ExitlessMachine? Exitless { get; }

    /// <summary>The machine, if a debugger may stop its guest.</summary>
    public DebuggedMachine? Debugged { get; }

    public SandboxMemory Memory { get; }

    public RegionMap Regions { get; }

    public InputWriter Input { get; }

    // What the vCPU held when it was made.
    private VcpuState AtRest { get; }

    // What states of this machine have in common.
    private VcpuState? _common;

    // The registers that were put in last: a sandbox that is restored goes back to the same ones again and again.
    private (KeptRegisters? Kept, VcpuState? State) _loaded;
    private (Page? Kept, ImmutableArray<byte> Image) _extended;

    /// <summary>Makes one. Its guest has not started.</summary>
    /// <exception cref="MachineException">The system refused; nothing is left behind.</exception>
    public static MicroVm Create(MicroVmShape shape)
    {
        var memory = new SandboxMemory(shape.Arena, shape.Image, shape.Layout, sharesCode: !shape.IsDebugged);
        IVirtualMachine? machine = null;
        try
        {
            machine = shape.Hypervisor.CreateMachine(new MachineOptions { OpenPorts = GuestAbi.OpenPorts, Arena = shape.Arena });
            if (shape.IsDebugged) machine = new DebuggedMachine(machine);
            else if (shape.IsExitless) machine = new ExitlessMachine(machine, memory.Words);
            memory.MapInto(machine);
            return new MicroVm(shape, machine, memory);
        }
        catch
        {
            machine?.Dispose();
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Makes it one whose guest is about to start.</summary>
    /// <param name="minimumLogLevel">From which level up the guest logs.</param>
    /// <exception cref="MachineException">The system refused; the state is unknown.</exception>
    public void LoadStart(GuestLogLevel minimumLogLevel)
    {
        Load(AtRest with { General = GuestAbi.EntryRegisters(Shape.Image, Shape.Layout) }, [], Shape.Image.InitialPages);
        DescribeTo(minimumLogLevel);
    }

    /// <summary>Makes it what a snapshot holds, for another sandbox than the one before.</summary>
    /// <param name="snapshot">Of a sandbox of the same shape.</param>
    /// <param name="minimumLogLevel">From which level up the guest logs.</param>
    /// <exception cref="MachineException">The system refused; the state is unknown.</exception>
    public void Load(Snapshot snapshot, GuestLogLevel minimumLogLevel)
    {
        Load(StateOf(snapshot), snapshot.Regions, snapshot.Pages, snapshot.Golden);
        DescribeTo(minimumLogLevel);
    }

    /// <summary>What it holds now.</summary>
    /// <exception cref="MachineException">The system refused; nothing was changed.</exception>
    public KeptRegisters Capture(out PageTree pages)
    {
        // First the vCPU, which finishes what it has begun: only then is memory at rest, too.
        var registers = new KeptRegisters(Machine.ReadState(), ref _common);
        pages = Memory.Pages.Capture();
        return registers;
    }

    /// <summary>Puts back what a snapshot holds, for the same sandbox; the guest gets a new random seed.</summary>
    /// <exception cref="MachineException">The system refused; the state is unknown.</exception>
    public void PutBack(Snapshot snapshot)
    {
        Load(StateOf(snapshot), snapshot.Regions, snapshot.Pages);
        BootInformation.Reseed(Memory.Boot);
    }

    public void Dispose()
    {
        Machine.Dispose();
        Memory.Dispose();
    }

    // First the vCPU: an instruction that the guest left half done is finished then, and may write to memory as it is (insb, which writes what the port gave).
    private void Load(VcpuState vcpu, ImmutableArray<MappedRegion> regions, PageTree pages, GoldenMemory? golden = null)
    {
        Machine.WriteState(vcpu);
        Regions.ChangeTo(regions);
        Memory.CleanInput();
        Memory.PutBackCode();
        Memory.Pages.PutBack(pages, golden);
    }

    private VcpuState StateOf(Snapshot snapshot)
    {
        if (_loaded.Kept != snapshot.Registers) _loaded = (snapshot.Registers, snapshot.StateOn(AtRest, Shape.Hypervisor.Name, ref _extended));
        return _loaded.State!;
    }

    private void DescribeTo(GuestLogLevel minimumLogLevel) =>
        BootInformation.Write(Memory.Boot, Shape.Layout, minimumLogLevel, Shape.Hypervisor.TimestampCounterKilohertz);
}
