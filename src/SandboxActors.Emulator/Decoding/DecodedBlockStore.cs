using System.Collections.Concurrent;

namespace SandboxActors.Emulator;

/// <summary>
/// What the machines of a hypervisor have decoded, so that a guest's code is decoded once and not once a sandbox. Safe for use from any thread.
/// </summary>
internal sealed class DecodedBlockStore
{
    // Bounds what guests can make the host remember: some 300 bytes an instruction.
    private const int MostOperations = 1 << 17;

    // Guests with different code at one address: the oldest makes room.
    private const int MostVersions = 8;

    private readonly ConcurrentDictionary<ulong, DecodedBlock[]> _byAddress = new();
    private int _operations;

    /// <summary>A block that stands at an address with the very bytes that a machine has there, where it can execute them.</summary>
    public DecodedBlock? Find(ref Cpu cpu, ulong address)
    {
        if (!_byAddress.TryGetValue(address, out DecodedBlock[]? versions)) return null;
        foreach (DecodedBlock block in versions)
        {
            if (cpu.IsCode(address, block.Code)) return block;
        }

        return null;
    }

    /// <summary>Offers a block to other machines.</summary>
    public void Add(DecodedBlock block)
    {
        if (Interlocked.Add(ref _operations, block.Operations.Length) > MostOperations)
        {
            // Machines keep what they run; what no machine has is collected.
            _byAddress.Clear();
            Interlocked.Exchange(ref _operations, block.Operations.Length);
        }

        _byAddress.AddOrUpdate(
            block.Start,
            static (_, added) => [added],
            static (_, versions, added) => versions.Length < MostVersions ? [.. versions, added] : [.. versions[1..], added],
            block);
    }
}
