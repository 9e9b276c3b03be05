using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using SandboxActors.Core;
using SandboxActors.Core.Telemetry;

namespace SandboxActors;

// Poisoned, and out of it again.
public sealed partial class SandboxActor
{
    /// <summary>Has the supervisor decide. Until then requests are set aside.</summary>
    private void Poison(string function, PoisonReason? cause, CrashReport? report)
    {
        Publish(new SandboxEvents.Poisoned(_lifeline.Name, Self.Path, _sandbox?.Id ?? 0, function, cause, report));
        _poisonedAt = Stopwatch.GetTimestamp();
        AskForHealing(isRecoverable: _sandbox?.Status == SandboxStatus.Poisoned, inARow: _counters.UnprovenSinceHeal);
        Enter(SandboxActorState.Poisoned);
    }

    private void AskForHealing(bool isRecoverable, bool inARow) =>
        Context.Parent.Tell(new SupervisorProtocol.Poisoned(++_counters.Poisonings, isRecoverable, inARow));

    private void HealByRestore(SandboxProtocol.HealByRestore heal)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            Sandbox.RestoreIn(heal.Snapshot, _lastSpan); // in the trace of the call that made it necessary
        }
        catch (SandboxException)
        {
            // Half way, or memory of its mappings is gone: no restore will help, and the supervisor goes on to the next remedy.
            AskForHealing(isRecoverable: false, inARow: true);
            return;
        }

        _counters.Restores++;
        Publish(new SandboxEvents.Restored(
            _lifeline.Name, Self.Path, Sandbox.Id, heal.Attempt, Stopwatch.GetElapsedTime(start), Stopwatch.GetElapsedTime(_poisonedAt)));
        Context.Parent.Tell(new SupervisorProtocol.Healed(Golden: null));
        Recovered();
    }

    private void HealByRebuild(SandboxProtocol.HealByRebuild heal)
    {
        if (_lifeline.IsClosing) return;
        _sandbox?.Discard();
        TimeSpan duration;
        Snapshot golden;
        try
        {
            duration = Build(out golden);
        }
#pragma warning disable CA1031 // Whatever it was: there is no new machine, and the supervisor decides whether to try again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Context.GetLogger().Warning(failure, "Sandbox '{0}' could not be rebuilt.", _lifeline.Name);
            AskForHealing(isRecoverable: false, inARow: true);
            return;
        }

        _counters.Rebuilds++;
        SandboxMeter.Rebuilds.Add(1);
        Publish(new SandboxEvents.Rebuilt(_lifeline.Name, Self.Path, Sandbox.Id, heal.Attempt, duration, Stopwatch.GetElapsedTime(_poisonedAt)));
        Context.Parent.Tell(new SupervisorProtocol.Healed(golden));
        Recovered();
    }

    private void Recovered()
    {
        _counters.UnprovenSinceHeal = true;
        Enter(SandboxActorState.Healthy);
    }
}
