using SandboxActors.Core.Layout;
using SandboxActors.Core.Machines;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>Makes the core file of a guest that is stopped.</summary>
internal sealed class CoreDumper(MicroVm vm)
{
    private readonly SandboxMemory _memory = vm.Memory;

    /// <summary>Plans the file.</summary>
    /// <param name="sandboxId">The sandbox's number.</param>
    /// <param name="poison">Why it is poisoned; null if it is not.</param>
    /// <param name="function">The guest function that was called; empty between calls.</param>
    /// <exception cref="MachineException">The system refused.</exception>
    public CoreFile Plan(long sandboxId, PoisonReason? poison, string function)
    {
        // First the vCPU, which finishes what it has begun: only then is memory at rest, too.
        VcpuState state = vm.Machine.ReadState();
        GeneralRegisters registers = vm.Machine.ReadGuestRegisters();
        int process = (int)Math.Clamp(sandboxId, 1, int.MaxValue);
        byte[] notes = CoreNotes.Write(state, registers, CoreSignal.For(poison), process, _memory.Image.Name + ".elf", function);
        _memory.Pages.FindWritten();
        return new CoreFile([.. Own(), .. Mapped()], notes);
    }

    private IEnumerable<CoreMemory> Own()
    {
        var map = new MemoryMap(_memory.Image, _memory.Layout, []);
        foreach (MemoryPlace place in map.All)
        {
            if (place.Access.HasFlag(MemoryAccess.Guard)) continue;
            GuestAddress start = place.Range!.Value.Start;
            yield return new CoreMemory(
                place.Range.Value,
                place.Access,
                offset => _memory.MayHoldSomething(start + offset),
                (offset, copy) => _memory.Copy(start + offset, copy));
        }
    }

    // What a mapped file has lost since it was mapped is gone: zeros.
    private IEnumerable<CoreMemory> Mapped() => vm.Regions.All.Select(static region => new CoreMemory(
        region.Range, region.Access, static _ => true, (offset, copy) =>
        {
            if (!region.Memory.TryRead(offset, copy)) copy.Clear();
        }));
}
