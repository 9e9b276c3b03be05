namespace SandboxActors;

/// <summary>
/// Decides which entry runs next: a multi-level feedback queue as a plain data structure, without threads, locks or clocks. Times are numbers of any
/// unit, which the caller measures.
/// </summary>
/// <remarks>
/// Twice the same rule, start-time fair queueing: first among the levels that have something waiting, then among the entries of the level. What runs
/// is charged its time divided by its weight; the smallest tag is next; whoever comes anew starts at the present, so that idleness earns nothing.
/// Each level weighs <c>ratio</c> times the one below.
/// <para>
/// What follows. A level whose entries come seldom has the smallest tag when one comes: it is next, as soon as a thread is free. A level that always
/// has something waiting is charged ratio^level for each unit of time, so between two turns of level l every other level k gets at most
/// ratio^(l - k) turns' time and one turn more for each thread: no level starves, whatever the others do. Inside a level an entry of weight w waits
/// for at most v / w turns, and one more, of every other entry of weight v.
/// </para>
/// <para>
/// A turn is charged when it begins, at one whole quantum, and settled when it ends: several threads that choose at the same moment do not all choose
/// the level whose turn it is once.
/// </para>
/// </remarks>
internal sealed class RunQueue
{
    /// <summary>
    /// The level of what is not a guest's work: status, healing, what the actor system says, and steps that find out that their call shall end. Above
    /// the first level of calls, since a thousand calls may begin at once and nobody can know how long they take.
    /// </summary>
    public const int AttentionLevel = 0;

    /// <summary>The level at which a call begins.</summary>
    public const int FirstLevel = 1;

    private const long Renormalize = 1L << 52;

    private readonly RunLevel[] _levels;
    private readonly long[] _charges;
    private readonly long _quantum;
    private readonly long _longest;
    private long _virtualTime;

    /// <param name="levels">How many levels, from 1, with the one for attention.</param>
    /// <param name="ratio">How much more a level weighs than the one below, from 1.</param>
    /// <param name="quantum">What a turn is charged when it begins.</param>
    /// <param name="longest">What a turn is charged at most; more would be a host function that does not return, and overflow the tags.</param>
    public RunQueue(int levels, int ratio, long quantum, long longest)
    {
        _levels = new RunLevel[levels];
        _charges = new long[levels];
        _quantum = quantum;
        _longest = longest;
        long charge = 1;
        for (int level = 0; level < levels; level++, charge *= ratio)
        {
            _levels[level] = new RunLevel();
            _charges[level] = charge;
        }
    }

    /// <summary>Entries that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Queues an entry at the level that it says, or at the one for attention if it is hurried.</summary>
    /// <param name="entry">One that is neither queued nor runs.</param>
    public void Add(RunEntry entry)
    {
        if (entry.Finish.Length == 0) entry.Finish = new long[_levels.Length];
        int number = entry.IsHurried ? AttentionLevel : entry.NextLevel;
        RunLevel level = _levels[number];
        if (level.Count == 0) level.Tag = Math.Max(level.Tag, _virtualTime);
        entry.Level = number;
        level.Add(entry, entry.Finish[number], entry.KeptLevel == number ? entry.Kept : null);
        Count++;
    }

    /// <summary>Takes the entry that is to run next.</summary>
    /// <returns>None, if none waits.</returns>
    public RunEntry? Take()
    {
        int next = -1;
        for (int level = 0; level < _levels.Length; level++)
            if (_levels[level].Count > 0 && (next < 0 || _levels[level].Tag < _levels[next].Tag)) next = level; // the upper one of equals

        if (next < 0) return null;
        _virtualTime = Math.Max(_virtualTime, _levels[next].Tag);
        _levels[next].Tag += _quantum * _charges[next];
        Count--;
        RunEntry entry = _levels[next].Take();
        entry.IsHurried = false;
        if (entry.Level == entry.KeptLevel) entry.KeptLevel = -1; // this is its turn there
        if (_virtualTime > Renormalize) ShiftTags();
        return entry;
    }

    /// <summary>Charges an entry that has run.</summary>
    /// <param name="entry">One that was taken and has not been queued since.</param>
    /// <param name="used">For how long it ran.</param>
    public void Settle(RunEntry entry, long used)
    {
        used = Math.Clamp(used, 1, _longest); // no run is for nothing
        _levels[entry.Level].Tag += (used - _quantum) * _charges[entry.Level];
        entry.Finish[entry.Level] = entry.Start + (used * (int)SandboxPriority.High / entry.Weight);
    }

    /// <summary>Has an entry's next run be at the level for attention, whatever it says, now or when it is queued.</summary>
    public void Hurry(RunEntry entry)
    {
        entry.IsHurried = true;
        Reconsider(entry);
    }

    /// <summary>Moves an entry up that waits at a level below the one that it has come to say.</summary>
    public void Reconsider(RunEntry entry)
    {
        if (entry.Place < 0 || (!entry.IsHurried && entry.NextLevel >= entry.Level)) return;
        _levels[entry.Level].Remove(entry);
        Count--;
        (entry.KeptLevel, entry.Kept) = (entry.Level, (entry.Start, entry.Arrival)); // who asks it for its status does not take its turn away
        Add(entry);
    }

    /// <summary>
    /// Whether an entry that waits would be next if an entry that runs had run for a part of a quantum only: then it need not wait for the rest of
    /// it.
    /// </summary>
    /// <param name="waiting">The entry that waits.</param>
    /// <param name="running">The entry that runs.</param>
    /// <param name="part">The part.</param>
    public bool Passes(RunEntry waiting, RunEntry running, long part) =>
        waiting.Place >= 0 && waiting.Level < running.Level
        && _levels[waiting.Level].Tag <= _levels[running.Level].Tag - ((_quantum - part) * _charges[running.Level]);

    private void ShiftTags()
    {
        foreach (RunLevel level in _levels) level.Tag -= _virtualTime;
        _virtualTime = 0;
    }
}
