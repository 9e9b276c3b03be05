namespace SandboxActors.Emulator;

/// <summary>What CPUID answers.</summary>
internal readonly record struct CpuidLeaf(uint Eax, uint Ebx, uint Ecx, uint Edx);
