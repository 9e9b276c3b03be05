using Akka.Dispatch;

namespace SandboxActors;

/// <summary>
/// Something that guest threads run: a sandbox's mailbox, over and over, or some other work once. Made once, queued any number of times, without an
/// allocation.
/// </summary>
/// <remarks>
/// Who owns what: the fields of <see cref="RunQueue"/> (level, tags, place in the heap) and <see cref="IsRunning"/>, <see cref="RunAgain"/> and
/// <see cref="IsHurried"/> belong to whoever holds the lock of <see cref="GuestThreads"/>. <see cref="Runnable"/> is written before the entry is
/// queued for the first time, and <see cref="Slot"/> by the guest thread that runs the entry: both are handed on by that lock.
/// </remarks>
internal class RunEntry(IRunnable? runnable = null)
{
    /// <summary>What is run.</summary>
    public IRunnable? Runnable { get; protected set; } = runnable;

    /// <summary>The level at which it is to run next. Asked when the entry is queued, and never while it runs.</summary>
    public virtual int NextLevel => RunQueue.AttentionLevel;

    /// <summary>Its share among the entries of one level, compared with theirs.</summary>
    public int Weight { get; set; } = (int)SandboxPriority.Normal;

    /// <summary>The slot of the guest thread that runs it.</summary>
    public SliceSlot? Slot { get; set; }

    /// <summary>Whether a guest thread runs it.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Whether it was scheduled while it ran, so that it is queued when it has run.</summary>
    public bool RunAgain { get; set; }

    /// <summary>Whether its next run is to be at the level for attention, whatever <see cref="NextLevel"/> says.</summary>
    public bool IsHurried { get; set; }

    /// <summary>The level at which it is queued, or runs.</summary>
    public int Level { get; set; }

    /// <summary>Its place in its level's heap; -1 if it is not queued.</summary>
    public int Place { get; set; } = -1;

    /// <summary>When it was queued, as a number: among equals the first is first.</summary>
    public long Arrival { get; set; }

    /// <summary>The level's virtual time from which its run counts.</summary>
    public long Start { get; set; }

    /// <summary>The level that it was called away from before its turn there, and keeps its place at; -1 for none.</summary>
    public int KeptLevel { get; set; } = -1;

    /// <summary>The place that it keeps.</summary>
    public (long Start, long Arrival) Kept { get; set; }

    /// <summary>For each level the virtual time up to which it has used its share there; made by the first run queue that it comes to.</summary>
    public long[] Finish { get; set; } = [];

    /// <summary>For the guest thread that is about to run it.</summary>
    public virtual void BeginTurn()
    {
    }
}
