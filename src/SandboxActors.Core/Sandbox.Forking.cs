using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Machines;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core;

// New sandboxes that go on where a snapshot was taken.
public sealed partial class Sandbox
{
    // No identifier of C, so no guest has it.
    private const string NoFunction = "sandbox.none";

    private static readonly TimeSpan WarmingTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Makes a sandbox that has no micro-VM yet, and is what a snapshot holds.</summary>
    private Sandbox(SandboxDefinitionParts parts, Snapshot snapshot)
        : this(parts)
    {
        _takesBatches = snapshot.TakesBatches;
        snapshot.BeForked();
        _golden = snapshot.Golden;
        _current = snapshot.For(Id);
    }

    /// <summary>
    /// Makes a new sandbox that is what a snapshot holds, with this one's policies and host functions. The snapshot may be of any sandbox of the same guest;
    /// sizes are the snapshot's. Its memory is shared with whatever else holds it until the fork writes to it; its guest does not start again, and gets a random seed of its own.
    /// </summary>
    /// <remarks>With a pool it takes a micro-VM at its first call; without, it has one of its own at once. From any thread, whatever this sandbox does.</remarks>
    /// <exception cref="ArgumentException">The snapshot is of another guest, or was taken on another kind of machine.</exception>
    /// <exception cref="SnapshotFormatException">The snapshot was loaded, and cannot go on here or is not what it was; nothing is left behind.</exception>
    /// <exception cref="MissingHostFunctionsException">The snapshot's sandbox had host functions that this one does not have, or of other types.</exception>
    /// <exception cref="SnapshotUnusableException">Memory that the snapshot had mapped has been disposed.</exception>
    /// <exception cref="MachineException">The system refused a micro-VM; nothing is left behind.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    public Sandbox Fork(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ObjectDisposedException.ThrowIf(_gate.IsGone, this);
        return Fork(_parts, snapshot);
    }

    /// <inheritdoc cref="Fork(Snapshot)" path="/summary"/>
    internal static Sandbox Fork(SandboxDefinitionParts parts, Snapshot snapshot)
    {
        parts = CheckForkable(parts, snapshot);
        var fork = new Sandbox(parts, snapshot);
        if (parts.Source.IsPool) return fork;
        try
        {
            _ = fork.OwnVm;
            return fork;
        }
        catch
        {
            fork.Dispose();
            throw;
        }
    }

    /// <summary>Checks that a snapshot can be gone on with.</summary>
    /// <returns>What the fork needs: the parts given, with the snapshot's sizes.</returns>
    /// <inheritdoc cref="Fork(Snapshot)" path="/exception"/>
    internal static SandboxDefinitionParts CheckForkable(SandboxDefinitionParts parts, Snapshot snapshot)
    {
        SnapshotOrigin origin = snapshot.Origin;
        MicroVmShape shape = parts.Shape;
        if (origin.Image != shape.Image)
            throw new ArgumentException($"The snapshot is of guest '{origin.Image.Name}', and the fork would be of '{shape.Image.Name}'.", nameof(snapshot));
        if (origin.Hypervisor != shape.Hypervisor.Name && !snapshot.IsLoaded)
        {
            throw new ArgumentException(
                $"The snapshot was taken on {origin.Hypervisor} and cannot go on on {shape.Hypervisor.Name}, whose machines hold other registers.", nameof(snapshot));
        }

        parts.HostFunctions.CheckCovers(origin.HostFunctions);
        snapshot.CheckUsable();
        return parts.WithLayout(origin.Layout);
    }

    /// <summary>
    /// Runs the guest of a snapshot in a micro-VM once, so that whatever a first run costs has been paid, and has it hold the snapshot again: a call of a
    /// function that it does not have, which it answers with an error. However it ends, nothing comes of it.
    /// </summary>
    /// <returns>Whether the micro-VM is sound.</returns>
    internal static bool TryWarm(SandboxDefinitionParts parts, MicroVm vm, Snapshot golden)
    {
        var source = new OneMicroVm(vm);
        SandboxDefinitionParts alone = parts with
        {
            IsTrial = true,
            Source = source,
            HostFunctions = HostFunctionTable.Empty,
            Log = static _ => { },
            Time = TimeProvider.System,
            Options = parts.Options with { StatePolicy = Core.StatePolicy.Keep, CallTimeout = WarmingTimeout, CrashDumps = null, Debug = null },
        };
        using (var trial = new Sandbox(alone, golden))
        {
            try
            {
                GuestCall call = trial.Start(NoFunction, GuestValueType.Void);
                while (call.Step().Kind is not (GuestStepKind.Completed or GuestStepKind.Failed))
                {
                }

                if (trial.Poisoned || trial.Status == SandboxStatus.Ready) trial.Restore(golden.For(trial.Id));
            }
            catch (Exception failure) when (failure is MachineException or SandboxException)
            {
                return false; // whoever needs a micro-VM makes another, and learns why that fails, if it does
            }
        }

        return source.IsSound;
    }
}
