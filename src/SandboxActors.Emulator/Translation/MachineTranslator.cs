using System.Runtime.CompilerServices;

namespace SandboxActors.Emulator;

/// <summary>One machine's translated code: what is hot is translated, what is translated is run, here or in another machine.</summary>
internal sealed class MachineTranslator
{
    // Between two looks at whether the run should end.
    private const long InstructionsBetweenLooks = 1 << 16;

    // Of a block that is hot, successors are translated too that have run this part of its times.
    private const int WarmShare = 16;

    // Bounds the time and memory that a guest can have the host spend on translating.
    private const int MostOperations = 1 << 15;

    // A block that is not tried again.
    private const int Settled = int.MaxValue;

    private readonly BlockCache _blocks;
    private readonly RegionCache _regions;
    private readonly Dictionary<Region, RegionUse> _uses = [];
    private readonly int _hot;
    private int _operations;

    public MachineTranslator(BlockCache blocks, RegionCache regions, int translateAfter)
    {
        _blocks = blocks;
        _regions = regions;
        _hot = RuntimeFeature.IsDynamicCodeCompiled ? translateAfter : EmulatorOptions.Never;
    }

    /// <summary>Runs translated code from a block on, if there is some.</summary>
    /// <returns>False if the block is to be interpreted.</returns>
    /// <exception cref="ProcessorTrapException">As <see cref="RegionBody"/>; the count of instructions is what it was before the one that
    /// faults.</exception>
    public bool TryRun(ref Cpu cpu, Block block)
    {
        if (_hot == EmulatorOptions.Never) return false;
        if (cpu.MustInterpret)
        {
            cpu.MustInterpret = false;
            return false;
        }

        if (block.Region is null && !TryFind(ref cpu, block)) return false;
        RegionUse use = block.Region!;
        return IsCurrent(ref cpu, block, use) && Run(ref cpu, use.Region, block.Entry);
    }

    private static bool Run(ref Cpu cpu, Region region, int entry)
    {
        ProcessorState state = cpu.State;
        long given = (long)Math.Min((ulong)InstructionsBetweenLooks, cpu.Limit - state.InstructionCount);
        cpu.Budget = given;
        try
        {
            region.Body(ref cpu, entry);
        }
        finally
        {
            state.InstructionCount += (ulong)(given - cpu.Budget);
        }

        // Nothing, if the budget does not reach to the next place where it is looked at.
        return cpu.Budget != given;
    }

    private bool IsCurrent(ref Cpu cpu, Block block, RegionUse use)
    {
        if (use.CheckedAt == _blocks.Now) return true;
        if (!use.IsStale && use.Region.IsIn(ref cpu))
        {
            use.CheckedAt = _blocks.Now;
            return true;
        }

        // The block itself is as it was: it may become hot again, and be translated with what is now around it.
        use.IsStale = true;
        _uses.Remove(use.Region);
        block.Region = null;
        block.Heat = 1;
        return false;
    }

    private bool TryFind(ref Cpu cpu, Block block)
    {
        if (block.Heat == Settled) return false;
        // The first time, maybe another machine has been here.
        if (block.Heat++ == 0 && _regions.Find(ref cpu, block.Start) is { } known)
        {
            Use(block, known);
            return true;
        }

        return block.Heat >= _hot && TryTranslate(ref cpu, block);
    }

    private bool TryTranslate(ref Cpu cpu, Block block)
    {
        block.Heat = Settled;
        if (_regions.Find(ref cpu, block.Start) is { } known)
        {
            Use(block, known);
            return true;
        }

        if (_operations >= MostOperations || RegionTranslator.WayOf(block.Operations[0]) == Way.Left) return false;
        IReadOnlyList<Block> blocks = RegionFormer.Form(ref cpu, _blocks, block, Math.Max(1, _hot / WarmShare));
        var region = new Region(blocks, RegionTranslator.Translate(blocks));
        _operations += region.Operations;
        _regions.Add(region);
        foreach (Block one in blocks)
        {
            if (one == block || one.Region is null) Use(one, region);
        }

        return true;
    }

    private void Use(Block block, Region region)
    {
        int entry = region.EntryAt(block.Start);
        if (entry < 0) return;
        if (!_uses.TryGetValue(region, out RegionUse? use)) _uses.Add(region, use = new RegionUse(region));
        block.Region = use;
        block.Entry = entry;
    }
}
