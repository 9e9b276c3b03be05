namespace SandboxActors.Benchmarks.Peers;

/// <summary>How Wasmtime gives memory to instances, and takes it back. Memory is mapped copy-on-write in all, and code optimized for speed.</summary>
/// <param name="PooledMemorySize">The size in bytes of a slot of the pool, or null for memory mapped and unmapped each time, as by default.</param>
/// <param name="KeepResident">How many bytes from a slot's start are put back by copying. What lies above is given back to the kernel, and faults
/// again.</param>
/// <param name="Slots">How many there are.</param>
/// <param name="Interruptible">Whether guests look at the epoch, at each loop and each function, so that they can be killed.</param>
internal sealed record WasmtimeSettings(nuint? PooledMemorySize, nuint KeepResident, uint Slots, bool Interruptible)
{
    // One over a thousand: those that warm up live beside those that are measured.
    private const uint ManySlots = 1_100;

    public static WasmtimeSettings Default { get; } = new(null, 0, ManySlots, Interruptible: true);

    public static WasmtimeSettings Pooled(nuint memorySize, nuint keepResident) => new(memorySize, keepResident, ManySlots, Interruptible: true);

    /// <summary>For one instance at a time that is trusted to end: nothing that these do not need.</summary>
    public WasmtimeSettings ForOneThatEnds() => this with { Slots = 2, Interruptible = false };
}
