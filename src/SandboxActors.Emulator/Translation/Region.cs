namespace SandboxActors.Emulator;

/// <summary>
/// Blocks that are translated together, so that jumps, calls and returns between them stay inside one method. It knows nothing of the machine that it
/// was made in: any machine that has the same bytes at the same addresses can run it.
/// </summary>
internal sealed class Region
{
    private readonly (ulong Address, byte[] Code)[] _code;
    private readonly ulong[] _entries;

    /// <summary>Makes a region.</summary>
    /// <param name="blocks">The blocks, the one that was hot first.</param>
    /// <param name="body">Their translation.</param>
    public Region(IReadOnlyList<Block> blocks, RegionBody body)
    {
        _code = [.. blocks.Select(block => (block.Start, block.Code))];
        _entries = [.. RegionFormer.EntriesOf(blocks).Select(block => block.Start)];
        Operations = blocks.Sum(block => block.Operations.Length);
        Body = body;
    }

    /// <summary>How many instructions it has.</summary>
    public int Operations { get; }

    /// <summary>The addresses that a run may begin at: <see cref="RegionFormer.EntriesOf"/>.</summary>
    public IReadOnlyList<ulong> Entries => _entries;

    public RegionBody Body { get; }

    /// <summary>The number of the entry at an address; negative if there is none.</summary>
    public int EntryAt(ulong address) => Array.IndexOf(_entries, address);

    /// <summary>Whether guest memory holds the very bytes that were translated, where they can be executed.</summary>
    public bool IsIn(ref Cpu cpu)
    {
        foreach ((ulong address, byte[] code) in _code)
        {
            if (!cpu.IsCode(address, code)) return false;
        }

        return true;
    }
}
