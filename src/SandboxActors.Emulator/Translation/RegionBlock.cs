using System.Reflection.Emit;

namespace SandboxActors.Emulator;

/// <summary>A block at work: where its code begins, and how its flags come in.</summary>
internal sealed class RegionBlock
{
    private RegionBlock(Block block, Label label, bool isEntry)
    {
        Block = block;
        Label = label;
        IsEntry = isEntry;
        if (isEntry) EntryFlags = FlagState.Unknown;
    }

    public Block Block { get; }

    public Label Label { get; }

    /// <summary>Whether a run may begin with it, and end before it.</summary>
    public bool IsEntry { get; }

    /// <summary>How many instructions there are at most from its start to the next entry.</summary>
    public int Reach { get; private set; }

    /// <summary>
    /// Where the flags are when the block begins; of an entry, which several ways lead to, nobody knows. Null as long as the one block that leads
    /// here has not been translated.
    /// </summary>
    public FlagState? EntryFlags { get; set; }

    /// <summary>Puts blocks into an order in which each that is no entry comes after the one that leads to it.</summary>
    public static List<RegionBlock> Connect(IReadOnlyList<Block> blocks, IlWriter il)
    {
        IReadOnlyList<Block> entries = RegionFormer.EntriesOf(blocks);
        var all = blocks.ToDictionary(block => block.Start, block => new RegionBlock(block, il.DefineLabel(), entries.Contains(block)));
        List<RegionBlock> ordered = InOrder(all, entries);
        // Ways between two entries have no loops, and a block that is no entry has been put behind the one that leads to it.
        for (int index = ordered.Count - 1; index >= 0; index--)
        {
            RegionBlock block = ordered[index];
            block.Reach = block.Block.Operations.Length + RegionFormer.SuccessorsOf(block.Block).Select(address => ReachFrom(all, address)).DefaultIfEmpty().Max();
        }

        return ordered;
    }

    private static int ReachFrom(Dictionary<ulong, RegionBlock> all, ulong address) =>
        all.TryGetValue(address, out RegionBlock? next) && !next.IsEntry ? next.Reach : 0;

    private static List<RegionBlock> InOrder(Dictionary<ulong, RegionBlock> all, IReadOnlyList<Block> entries)
    {
        var ordered = new List<RegionBlock>();
        var waiting = new Stack<ulong>(entries.Reverse().Select(entry => entry.Start));
        var seen = new HashSet<ulong>();
        while (waiting.TryPop(out ulong address))
        {
            if (!all.TryGetValue(address, out RegionBlock? block) || !seen.Add(address)) continue;
            ordered.Add(block);
            foreach (ulong next in RegionFormer.SuccessorsOf(block.Block)) waiting.Push(next);
        }

        return ordered;
    }
}
