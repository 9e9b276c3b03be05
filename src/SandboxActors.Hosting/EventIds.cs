namespace SandboxActors.Hosting;

/// <summary>The ids of all log messages of this library, so that no two are the same. An id once given keeps its meaning.</summary>
internal static class EventIds
{
    /// <summary>Which backend sandboxes run on, and why.</summary>
    public const int BackendChosen = 1;
}
