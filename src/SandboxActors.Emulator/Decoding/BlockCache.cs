namespace SandboxActors.Emulator;

/// <summary>
/// One machine's blocks, by address. A block is compared with guest memory the first time that each run uses it, so that whatever the host wrote
/// between two runs is seen; within a run, W^X keeps code from changing unless memory is mapped twice, and then it is compared every time.
/// Whatever is unmapped or protected empties the cache.
/// </summary>
internal sealed class BlockCache(DecodedBlockStore store)
{
    private const int SlotBits = 10;

    // Bounds what a guest can make the host remember: about 30 MB.
    private const int MostOperations = 1 << 17;

    private readonly Dictionary<ulong, Block> _blocks = [];
    private readonly Block?[] _recent = new Block?[1 << SlotBits];
    private int _operations;

    /// <summary>The clock that comparisons are noted by: it goes on with each run.</summary>
    public long Now { get; private set; }

    /// <summary>Forgets that blocks have been compared.</summary>
    public void BeginEpoch() => Now++;

    /// <summary>Forgets all blocks.</summary>
    public void Clear()
    {
        if (_operations == 0) return;
        _blocks.Clear();
        Array.Clear(_recent);
        _operations = 0;
    }

    /// <summary>The block that starts at an address.</summary>
    /// <exception cref="ProcessorTrapException">The first instruction cannot be fetched.</exception>
    public Block Get(ref Cpu cpu, ulong address)
    {
        Block? block = _recent[SlotOf(address)];
        return block is not null && block.Start == address && block.CheckedAt == Now ? block : Find(ref cpu, address);
    }

    /// <summary>The block that starts at an address, if it has been decoded and is still what guest memory holds.</summary>
    public Block? TryGet(ref Cpu cpu, ulong address)
    {
        if (!_blocks.TryGetValue(address, out Block? block) || block.CheckedAt == Now) return block;
        if (cpu.IsSame(address, block.Code))
        {
            block.CheckedAt = Now;
            return block;
        }

        _operations -= block.Operations.Length;
        _blocks.Remove(address);
        return null;
    }

    private Block Find(ref Cpu cpu, ulong address)
    {
        Block? block = TryGet(ref cpu, address);
        if (block is null)
        {
            block = new Block(Decode(ref cpu, address));
            if (_operations + block.Operations.Length > MostOperations) Clear();
            _operations += block.Operations.Length;
            _blocks[address] = block;
            block.CheckedAt = Now;
        }

        _recent[SlotOf(address)] = block;
        return block;
    }

    private DecodedBlock Decode(ref Cpu cpu, ulong address)
    {
        if (store.Find(ref cpu, address) is { } known) return known;
        DecodedBlock decoded = BlockBuilder.Build(ref cpu, address);
        store.Add(decoded);
        return decoded;
    }

    // Instructions have no alignment; the upper bits are mixed in because functions have.
    private static int SlotOf(ulong address) => (int)((address ^ (address >> SlotBits)) & ((1 << SlotBits) - 1));
}
