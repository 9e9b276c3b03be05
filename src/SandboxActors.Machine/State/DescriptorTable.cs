namespace SandboxActors.Machine;

/// <summary>Where a descriptor table lies: GDTR or IDTR.</summary>
/// <param name="Base">Its first linear address.</param>
/// <param name="Limit">Its size in bytes, minus one.</param>
public readonly record struct DescriptorTable(ulong Base, ushort Limit);
