using System.Collections.Immutable;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Calls;
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
        Memory = memory;
        Regions = new RegionMap(machine, shape.Layout);
        Input = new InputWriter(memory);
        AtRest = machine.ReadState();
    }

    public MicroVmShape Shape { get; }

    public IVirtualMachine Machine { get; }

    /// <summary>The machine, if its guest may stay inside between calls.</summary>
    public ExitlessMachine? Exitless { get; }

    public SandboxMemory Memory { get; }

    public RegionMap Regions { get; }

    public InputWriter Input { get; }

    // What the vCPU held when it was made.
    private VcpuState AtRest { get; }

    /// <summary>Makes one. Its guest has not started.</summary>
    /// <exception cref="MachineException">The system refused; nothing is left behind.</exception>
    public static MicroVm Create(MicroVmShape shape)
    {
        var memory = new SandboxMemory(shape.Arena, shape.Image, shape.Layout);
        IVirtualMachine? machine = null;
        try
        {
            machine = shape.Hypervisor.CreateMachine(new MachineOptions { OpenPorts = GuestAbi.OpenPorts, Arena = shape.Arena });
            if (shape.IsExitless) machine = new ExitlessMachine(machine, memory.Words);
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
        Load(snapshot.Vcpu, snapshot.Regions, snapshot.Pages);
        DescribeTo(minimumLogLevel);
    }

    /// <summary>Puts back what a snapshot holds, for the same sandbox; the guest gets a new random seed.</summary>
    /// <exception cref="MachineException">The system refused; the state is unknown.</exception>
    public void PutBack(Snapshot snapshot)
    {
        Load(snapshot.Vcpu, snapshot.Regions, snapshot.Pages);
        BootInformation.Reseed(Memory.Boot);
    }

    public void Dispose()
    {
        Machine.Dispose();
        Memory.Dispose();
    }

    // First the vCPU: an instruction that the guest left half done is finished then, and may write to memory as it is (insb, which writes what the port gave).
    private void Load(VcpuState vcpu, ImmutableArray<MappedRegion> regions, PageTree pages)
    {
        Machine.WriteState(vcpu);
        Regions.ChangeTo(regions);
        Memory.CleanInput();
        Memory.Pages.PutBack(pages);
    }

    private void DescribeTo(GuestLogLevel minimumLogLevel) =>
        BootInformation.Write(Memory.Boot, Shape.Layout, minimumLogLevel, Shape.Hypervisor.TimestampCounterKilohertz);
}
