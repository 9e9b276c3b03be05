namespace SandboxActors.Core;

// Going on from a snapshot.
public sealed partial class Sandbox
{
    /// <summary>Puts what a snapshot holds into a machine and memory that are new.</summary>
    internal void GoOnFrom(Snapshot snapshot)
    {
        _machine.WriteState(snapshot.StateOn(_machine.ReadState(), _hypervisor));
        _regions.ChangeTo(snapshot.Regions);
        _memory.Pages.PutBack(snapshot.Pages);
        _runner.GuestTakesBatches = snapshot.Origin.TakesBatches;
    }
}
