using SandboxActors;
using SandboxActors.Core;

namespace ControlRoom;

/// <summary>The latest poisonings with their crash reports. From any thread.</summary>
internal sealed class Poisonings(TimeProvider time)
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 50;

    private readonly Lock _lock = new();
    private readonly Queue<(Poisoning Poisoning, CrashReport? Report)> _latest = new(Capacity);
    private long _number;

    public void Add(SandboxEvents.Poisoned poisoned)
    {
        lock (_lock)
        {
            if (_latest.Count == Capacity) _latest.Dequeue();
            _latest.Enqueue((
                new Poisoning(
                    ++_number,
                    time.GetUtcNow(),
                    poisoned.Name,
                    poisoned.Function,
                    poisoned.Reason?.Kind ?? "RestoreFailed",
                    poisoned.Reason?.ToString() ?? "a restore failed half way"),
                poisoned.CrashReport));
        }
    }

    /// <summary>Those with a higher number than this, oldest first.</summary>
    public IReadOnlyList<Poisoning> Since(long number)
    {
        lock (_lock) return [.. _latest.Where(entry => entry.Poisoning.Number > number).Select(entry => entry.Poisoning)];
    }

    /// <summary>The crash report of one; null if it is not kept any more, or has none.</summary>
    public CrashReport? FindReport(long number)
    {
        lock (_lock) return _latest.FirstOrDefault(entry => entry.Poisoning.Number == number).Report;
    }
}
