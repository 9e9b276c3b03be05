namespace SandboxActors.Machine;

/// <summary>What a machine is to be.</summary>
public sealed record MachineOptions
{
    /// <summary>The ports a guest may write to; all others are closed. Each is below 0x100.</summary>
    public required IReadOnlyList<ushort> OpenPorts { get; init; }

    /// <summary>Where the machine takes memory of its own from.</summary>
    public required GuestMemoryArena Arena { get; init; }
}
