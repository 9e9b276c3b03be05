namespace SandboxActors.Hosting;

/// <summary>The ids of all log messages of this library, so that no two are the same. An id once given keeps its meaning.</summary>
internal static class EventIds
{
    /// <summary>Which backend sandboxes run on, and why.</summary>
    public const int BackendChosen = 1;

    /// <summary>A guest was poisoned, with its crash report.</summary>
    public const int Poisoned = 2;

    /// <summary>A sandbox is of no use until it is rebuilt, and it was not a call that did it.</summary>
    public const int Unrecoverable = 3;

    /// <summary>A guest logs.</summary>
    public const int GuestRecord = 4;

    /// <summary>A guest has logged more than it may.</summary>
    public const int GuestRecordsLeftOut = 5;

    /// <summary>A sandbox went back to a snapshot.</summary>
    public const int Restored = 6;

    /// <summary>A sandbox has a new machine.</summary>
    public const int Rebuilt = 7;

    /// <summary>A sandbox was stopped, since its limits allow no further heal.</summary>
    public const int GivenUp = 8;

    /// <summary>A sandbox has stopped for another reason.</summary>
    public const int Stopped = 9;
}
