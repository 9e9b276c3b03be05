namespace SandboxActors.Machine;

/// <summary>A model-specific register.</summary>
/// <param name="Index">Its number, as <c>rdmsr</c> takes it.</param>
/// <param name="Value">Its value.</param>
public readonly record struct ModelSpecificRegister(uint Index, ulong Value);
