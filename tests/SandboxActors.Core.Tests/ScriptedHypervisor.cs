using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>
/// A hypervisor whose machines do what a test says: for what no real guest can be brought to do, and for many cases in a short time.
/// </summary>
internal sealed class ScriptedHypervisor : IHypervisor
{
    public List<ScriptedMachine> Machines { get; } = [];

    /// <summary>What the machines to come do on each run; the first run is the guest's start.</summary>
    public Func<ScriptedMachine, VmExit> OnRun { get; set; } = static _ => ScriptedMachine.Ready;

    public string Name => "scripted";

    public uint TimestampCounterKilohertz => 1;

    public bool HasCostlyExits { get; init; }

    public IVirtualMachine CreateMachine(MachineOptions options)
    {
        var machine = new ScriptedMachine(OnRun);
        Machines.Add(machine);
        return machine;
    }

    public void Dispose()
    {
    }
}
