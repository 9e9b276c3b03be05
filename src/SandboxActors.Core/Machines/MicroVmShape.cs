using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Machines;

/// <summary>What makes micro-VMs interchangeable: any state of one can be put into any other of the same shape.</summary>
/// <param name="Hypervisor">What the machines run on.</param>
/// <param name="Arena">Where their memory comes from.</param>
/// <param name="Image">The guest, whose shared pages are mapped.</param>
/// <param name="Layout">Where everything lies.</param>
/// <param name="IsExitless">Whether guests may stay inside between calls.</param>
internal sealed record MicroVmShape(IHypervisor Hypervisor, GuestMemoryArena Arena, GuestImage Image, SandboxLayout Layout, bool IsExitless)
{
    /// <summary>Whether a debugger may stop the guest: then its code is its own.</summary>
    public bool IsDebugged { get; init; }

    /// <summary>
    /// Whether a guest of a hypervisor can be called without exits: it has a clock to stop looking by, and a processor to look on beside its caller's.
    /// </summary>
    public static bool CanBeExitless(IHypervisor hypervisor) =>
        hypervisor.HasCostlyExits && hypervisor.TimestampCounterKilohertz > 0 && Environment.ProcessorCount > 1;
}
