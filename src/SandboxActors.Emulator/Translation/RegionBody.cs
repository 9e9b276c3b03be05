namespace SandboxActors.Emulator;

/// <summary>Translated code: runs from one of its entries until it leaves the region, with the processor's registers in locals meanwhile.</summary>
/// <param name="cpu">The run in progress. <see cref="Cpu.Budget"/> says how many instructions may be carried out, and afterwards how many are
/// left.</param>
/// <param name="entry">Which of the region's entries: an index into <see cref="Region.Entries"/>.</param>
/// <exception cref="ProcessorTrapException">The instruction <see cref="Cpu.Current"/> faults; registers are in the state, as before it.</exception>
internal delegate void RegionBody(ref Cpu cpu, int entry);
