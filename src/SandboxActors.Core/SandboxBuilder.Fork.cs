using SandboxActors.Core.Abi;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core;

// A sandbox that goes on from a snapshot instead of starting its guest.
public sealed partial class SandboxBuilder
{
    /// <summary>Makes a sandbox with the snapshot's guest and sizes, and this builder's host functions and policies.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot was loaded and cannot be used; nothing is left behind.</exception>
    /// <exception cref="MachineException">The system refused; nothing is left behind.</exception>
    internal Sandbox Fork(Snapshot snapshot)
    {
        var memory = new SandboxMemory(Arena, snapshot.Image, snapshot.Origin.Layout);
        IVirtualMachine? machine = null;
        try
        {
            machine = _hypervisor.CreateMachine(new MachineOptions { OpenPorts = GuestAbi.OpenPorts, Arena = Arena });
            memory.MapInto(machine);
            BootInformation.Write(memory.Boot, memory.Layout, _options.MinimumLogLevel, _hypervisor.TimestampCounterKilohertz);
            BootInformation.BeginAnew(memory.Boot);
            var sandbox = new Sandbox(
                machine, memory, new SandboxDefinitionParts(new HostFunctionTable(_hostFunctions), _log, _options, _time, _hypervisor.Name));
            sandbox.GoOnFrom(snapshot);
            return sandbox;
        }
        catch
        {
            machine?.Dispose();
            memory.Dispose();
            throw;
        }
    }
}
