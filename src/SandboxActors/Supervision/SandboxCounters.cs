using SandboxActors.Core.Telemetry;

namespace SandboxActors;

/// <summary>What a sandbox's actor counts; it outlives a restart of the actor.</summary>
internal sealed class SandboxCounters
{
    private long _slices;

    /// <summary>Calls that have ended, in any way.</summary>
    public long Calls { get; set; }

    /// <summary>Poisonings; the number of the last one tells a heal that was meant for an earlier one.</summary>
    public long Poisonings { get; set; }

    public long Restores { get; set; }

    public long Rebuilds { get; set; }

    /// <summary>Slices that its calls have used up. From any thread.</summary>
    public long Slices => Volatile.Read(ref _slices);

    /// <summary>Whether the sandbox has been healed and no call has ended well since.</summary>
    public bool UnprovenSinceHeal { get; set; }

    /// <summary>For the actor: a call has used up one more slice.</summary>
    public void CountSlice()
    {
        Volatile.Write(ref _slices, _slices + 1);
        SandboxMeter.TimeSlices.Add(1);
    }
}
