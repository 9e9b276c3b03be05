using System.Collections.Concurrent;
using SandboxActors.Core.Telemetry;

namespace SandboxActors;

/// <summary>The sandboxes below one supervisor, for those who must reach all of them without asking it. From any thread.</summary>
internal sealed class LiveSandboxes : IRequestQueues
{
    private readonly ConcurrentDictionary<SandboxLifeline, bool> _lifelines = new();

    /// <inheritdoc />
    public long Waiting
    {
        get
        {
            long waiting = 0;
            foreach ((SandboxLifeline lifeline, _) in _lifelines) waiting += lifeline.Waiting;
            return waiting;
        }
    }

    public void Add(SandboxLifeline lifeline) => _lifelines.TryAdd(lifeline, true);

    public void Remove(SandboxLifeline lifeline) => _lifelines.TryRemove(lifeline, out _);

    /// <summary>Ends the guests that still run, and lets none begin.</summary>
    public void CloseAll()
    {
        foreach ((SandboxLifeline lifeline, _) in _lifelines) lifeline.Close(SandboxStopReason.Requested);
    }
}
