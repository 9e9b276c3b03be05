using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Machines;

/// <summary>What makes micro-VMs interchangeable: any state of one can be put into any other of the same shape.</summary>
/// <param name="Hypervisor">What the machines run on.</param>
/// <param name="Arena">Where their memory comes from.</param>
/// <param name="Image">The guest, whose shared pages are mapped.</param>
/// <param name="Layout">Where everything lies.</param>
internal sealed record MicroVmShape(IHypervisor Hypervisor, GuestMemoryArena Arena, GuestImage Image, SandboxLayout Layout);
