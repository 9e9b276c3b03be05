using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>
/// Where a guest is to stop. Breakpoint instructions stand in its memory while it runs, and at no other time: so whoever looks at the memory of a guest that
/// has stopped (a snapshot, a crash report, the debugger) finds none, and a restore has none to put back.
/// </summary>
internal sealed class Breakpoints
{
    /// <summary>The most addresses.</summary>
    public const int Maximum = 1024;

    private const byte Instruction = 0xCC; // int3

    private readonly Dictionary<ulong, BreakpointKinds> _kinds = [];
    private readonly HashSet<ulong> _instructions = [];
    private readonly List<(ulong Address, byte Original)> _inserted = [];
    private int _found;

    /// <summary>Whether there are some that can only be found step by step.</summary>
    public bool AreFoundBySteps => _found > 0;

    /// <summary>Adds a breakpoint; nothing if it is there.</summary>
    /// <returns>False if there are too many.</returns>
    public bool TryAdd(GuestView view, ulong address, BreakpointKinds kind)
    {
        BreakpointKinds kinds = KindsAt(address);
        if (kinds == BreakpointKinds.None && _kinds.Count == Maximum) return false;
        Set(view, address, kinds | kind);
        return true;
    }

    /// <summary>Takes one away; nothing if it is not there.</summary>
    public void Remove(GuestView view, ulong address, BreakpointKinds kind) => Set(view, address, KindsAt(address) & ~kind);

    /// <summary>Takes all away.</summary>
    public void Clear()
    {
        _kinds.Clear();
        _instructions.Clear();
        _found = 0;
    }

    /// <summary>What is at an address.</summary>
    public BreakpointKinds KindsAt(ulong address) => _kinds.GetValueOrDefault(address);

    /// <summary>Puts the instructions into the guest's code.</summary>
    public void Insert(GuestView view)
    {
        foreach (ulong address in _instructions) _inserted.Add((address, view.Exchange(address, Instruction)));
    }

    /// <summary>Puts back what stood there.</summary>
    public void Lift(GuestView view)
    {
        foreach ((ulong address, byte original) in _inserted) view.Exchange(address, original);
        _inserted.Clear();
    }

    /// <summary>Whether a guest that has come upon a breakpoint instruction did so at one of these.</summary>
    /// <param name="behind">Where it stands: behind the instruction.</param>
    public bool IsBehindOne(GuestAddress behind) => _instructions.Contains(unchecked(behind.Value - 1));

    private void Set(GuestView view, ulong address, BreakpointKinds kinds)
    {
        bool isInstruction = kinds == BreakpointKinds.Software && view.CanHoldBreakpoint(address);
        if (IsFound(address)) _found--;
        if (kinds == BreakpointKinds.None) _kinds.Remove(address);
        else _kinds[address] = kinds;
        if (isInstruction) _instructions.Add(address);
        else _instructions.Remove(address);
        if (IsFound(address)) _found++;
    }

    private bool IsFound(ulong address) => _kinds.ContainsKey(address) && !_instructions.Contains(address);
}
