using SandboxActors.Machine;

namespace SandboxActors.Hosting.Tests;

/// <summary>A hypervisor that makes no machines, and counts how often it is disposed.</summary>
internal sealed class CountingHypervisor(string name) : IHypervisor
{
    public int Disposals { get; private set; }

    public string Name => name;

    public uint TimestampCounterKilohertz => 0;

    public IVirtualMachine CreateMachine(MachineOptions options) => throw new MachineException(nameof(CreateMachine), 0, "no machines here");

    public void Dispose() => Disposals++;
}
