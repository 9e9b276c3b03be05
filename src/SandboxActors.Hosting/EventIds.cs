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
}
