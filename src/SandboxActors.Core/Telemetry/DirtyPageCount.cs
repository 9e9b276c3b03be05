using SandboxActors.Core.Layout;

namespace SandboxActors.Core.Telemetry;

/// <summary>
/// How many pages the calls of one sandbox write to, of as many calls as cost some hundredth of the time. What a call has written is known only
/// if the log was clear when it began, and then its first write to each page is a fault (7 us): so a call is counted if some time has passed since the one
/// before, the more the more pages that had. Used by the operation inside the sandbox's gate.
/// </summary>
/// <param name="time">The sandbox's clock.</param>
internal sealed class DirtyPageCount(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PausePerPage = TimeSpan.FromMilliseconds(1);

    private TimeSpan _pause;
    private long _counted;

    /// <summary>Whether the next call is to be counted.</summary>
    public bool IsDue => _pause == TimeSpan.Zero || time.GetElapsedTime(_counted) >= _pause;

    /// <summary>Whether the call in flight is counted.</summary>
    public bool IsCounting { get; private set; }

    /// <summary>A call begins. Nothing of it has reached the guest.</summary>
    /// <exception cref="Machine.MachineException">The system refused; the call is not counted.</exception>
    public void Begin(PageTracker pages)
    {
        pages.BeginCount();
        IsCounting = true;
    }

    /// <summary>The call has ended, and nothing was put back yet.</summary>
    /// <exception cref="Machine.MachineException">The system refused; nothing is recorded.</exception>
    public void End(PageTracker pages)
    {
        IsCounting = false;
        int count = pages.Count();
        SandboxMeter.CallDirtyPages.Record(count);
        _counted = time.GetTimestamp();
        _pause = Pause + (count * PausePerPage);
    }
}
