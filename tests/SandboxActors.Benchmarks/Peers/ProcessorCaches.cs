namespace SandboxActors.Benchmarks.Peers;

/// <summary>Fills the processor's caches with memory that nobody needs, as neighbours on the same host do.</summary>
internal sealed class ProcessorCaches
{
    // Twice what the last-level cache of a large server has for a few cores.
    private const int Length = 64 << 20;

    private readonly byte[] _from = GC.AllocateUninitializedArray<byte>(Length / 2);
    private readonly byte[] _to = GC.AllocateUninitializedArray<byte>(Length / 2);

    public void Fill() => _from.CopyTo(_to, 0);
}
