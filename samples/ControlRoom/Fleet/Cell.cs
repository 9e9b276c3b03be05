using SandboxActors;
using SandboxActors.Core;

namespace ControlRoom;

/// <summary>A sandbox and what is known of it. What changes belongs to the fleet, inside its lock, unless it says otherwise.</summary>
internal sealed class Cell(int number, SandboxRef sandbox, CellView view, Snapshot snapshot)
{
    private int _isBeingAsked;

    /// <summary>The how manieth that was made it is.</summary>
    public int Number { get; } = number;

    public SandboxRef Sandbox { get; } = sandbox;

    /// <summary>The snapshot that a restore goes back to: the last that was asked for here. From any thread.</summary>
    public Snapshot Snapshot { get; set; } = snapshot;

    public CellView View { get; set; } = view;

    /// <summary>The number of the last change to its view.</summary>
    public long Change { get; set; }

    /// <summary>When it stopped, by the fleet's clock; null if it has not.</summary>
    public long? StoppedAt { get; set; }

    /// <summary>Whether the caller is the one to ask it for its status now: one question at a time. From any thread.</summary>
    public bool TryBeginAsking() => Interlocked.Exchange(ref _isBeingAsked, 1) == 0;

    /// <summary>It has answered. From any thread.</summary>
    public void EndAsking() => Volatile.Write(ref _isBeingAsked, 0);
}
