namespace SandboxActors.Emulator;

/// <summary>
/// Carries an instruction out: reads all it needs, then writes memory, then registers, so that a fault leaves registers as they were.
/// </summary>
/// <param name="cpu">The run in progress.</param>
/// <param name="operation">The instruction.</param>
internal delegate void Handler(ref Cpu cpu, Operation operation);
