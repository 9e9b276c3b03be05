namespace SandboxActors.Emulator;

/// <summary>Instructions up to the next jump, decoded. Immutable: machines that have the same bytes at the same address share one.</summary>
/// <param name="Start">Where the first one stands.</param>
/// <param name="End">The address behind the last one.</param>
/// <param name="Operations">The instructions.</param>
/// <param name="Code">The bytes they were decoded from.</param>
internal sealed record DecodedBlock(ulong Start, ulong End, Operation[] Operations, byte[] Code);
