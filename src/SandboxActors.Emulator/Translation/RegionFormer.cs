using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Chooses the blocks to translate together with one that has become hot: those it leads to that are warm themselves.</summary>
internal static class RegionFormer
{
    // What the just-in-time compiler still takes as one method to optimize: beyond some thousand references to locals it gives up.
    private const int MostOperations = 256;
    private const int MostBlocks = 64;

    /// <summary>The blocks, the hot one first.</summary>
    /// <param name="start">The hot block.</param>
    /// <param name="blocks">Where to look for others; they are compared with guest memory before they are taken.</param>
    /// <param name="warm">How often a block must have run to be taken.</param>
    /// <param name="cpu">The run in progress.</param>
    public static IReadOnlyList<Block> Form(ref Cpu cpu, BlockCache blocks, Block start, int warm)
    {
        var chosen = new List<Block> { start };
        var seen = new HashSet<ulong> { start.Start };
        int operations = start.Operations.Length;
        for (int next = 0; next < chosen.Count && chosen.Count < MostBlocks; next++)
        {
            foreach (ulong address in SuccessorsOf(chosen[next]))
            {
                if (!seen.Add(address) || blocks.TryGet(ref cpu, address) is not { } block || block.Heat < warm) continue;
                if (operations + block.Operations.Length > MostOperations || chosen.Count == MostBlocks) continue;
                operations += block.Operations.Length;
                chosen.Add(block);
            }
        }

        return chosen;
    }

    /// <summary>Where a block can lead, as far as its code says.</summary>
    public static IEnumerable<ulong> SuccessorsOf(Block block)
    {
        Operation last = block.Operations[^1];
        bool isDirect = last.DestinationKind == OperandKind.Immediate;
        if (last.Mnemonic is Mnemonic.Jmp or Mnemonic.Call)
        {
            if (isDirect) yield return last.Immediate;
            if (last.Mnemonic == Mnemonic.Call) yield return last.Next;
        }
        else if (FlagUse.IsJump(last.Mnemonic))
        {
            yield return last.Immediate;
            yield return last.Next;
        }
        else if (!last.EndsBlock)
        {
            yield return last.Next;
        }
    }

    /// <summary>
    /// The blocks that a run may begin with, and end before when its budget is spent: the hot one, those behind calls, where returns from outside
    /// lead, and those that several ways lead to. So every loop has one.
    /// </summary>
    public static IReadOnlyList<Block> EntriesOf(IReadOnlyList<Block> blocks)
    {
        var ways = blocks.ToDictionary(block => block.Start, _ => 0);
        foreach (ulong address in blocks.SelectMany(SuccessorsOf).Where(ways.ContainsKey)) ways[address]++;
        return [.. blocks.Where((block, index) => index == 0 || ways[block.Start] > 1 || IsReturnSite(block, blocks))];
    }

    /// <summary>Whether a block stands behind a call of the region.</summary>
    public static bool IsReturnSite(Block block, IReadOnlyList<Block> blocks) =>
        blocks.Any(other => other.End == block.Start && other.Operations[^1].Mnemonic == Mnemonic.Call);
}
