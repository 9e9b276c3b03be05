namespace SandboxActors.Core.Debugging;

/// <summary>
/// Finds, around single steps of a guest, which of them touched memory that is watched. That a byte has changed shows in memory itself; that it was read, or
/// written with what it held, only in the instruction.
/// </summary>
internal sealed class Watchpoints
{
    /// <summary>The most that there can be.</summary>
    public const int Maximum = 64;

    private readonly List<Watchpoint> _all = [];
    private readonly List<byte[]> _before = [];

    /// <summary>Whether there are any.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>Adds one; nothing if it is there.</summary>
    /// <returns>False if it is too large, or one too many.</returns>
    public bool TryAdd(Watchpoint watchpoint)
    {
        if (watchpoint.Length is < 1 or > Watchpoint.MaximumLength) return false;
        if (_all.Contains(watchpoint)) return true;
        if (_all.Count == Maximum) return false;
        _all.Add(watchpoint);
        _before.Add(new byte[watchpoint.Length]);
        return true;
    }

    /// <summary>Takes one away; nothing if it is not there.</summary>
    public void Remove(Watchpoint watchpoint)
    {
        int index = _all.IndexOf(watchpoint);
        if (index < 0) return;
        _all.RemoveAt(index);
        _before.RemoveAt(index);
    }

    /// <summary>Takes all away.</summary>
    public void Clear()
    {
        _all.Clear();
        _before.Clear();
    }

    /// <summary>Remembers what stands in watched memory before a step.</summary>
    public void Remember(GuestView view)
    {
        for (int i = 0; i < _all.Count; i++)
            if (_all[i].Kind == WatchKind.Write) Read(view, i, _before[i]);
    }

    /// <summary>The first watchpoint that a step has triggered.</summary>
    public Watchpoint? FindTriggered(GuestView view, SingleStep step)
    {
        for (int i = 0; i < _all.Count; i++)
            if (_all[i].Kind == WatchKind.Write ? HasChanged(view, i) : step.Touches(_all[i])) return _all[i];
        return null;
    }

    private bool HasChanged(GuestView view, int index)
    {
        Span<byte> now = stackalloc byte[_before[index].Length];
        Read(view, index, now);
        return !now.SequenceEqual(_before[index]);
    }

    // What is not there is all zeros, as long as it is not there.
    private void Read(GuestView view, int index, Span<byte> copy) => copy[view.Read(_all[index].Address, copy)..].Clear();
}
