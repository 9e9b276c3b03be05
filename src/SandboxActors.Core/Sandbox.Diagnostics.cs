namespace SandboxActors.Core;

// What a sandbox tells of a guest that was poisoned.
public sealed partial class Sandbox
{
    private volatile CrashReport? _crashReport;

    /// <summary>
    /// Where the guest stood when it was poisoned, and how it had come there; null if the sandbox is not poisoned. From any thread. The exception of the call
    /// that poisoned has it too: <see cref="GuestPoisonException.CrashReport"/>.
    /// </summary>
    public CrashReport? CrashReport => _crashReport;

    // While buffers and memory are as the guest left them.
    private void Poison(GuestPoisonException poison)
    {
        poison.CrashReport = _crashReport = _crashes.Record(Id, poison, _time.GetUtcNow());
        _poison = poison.Reason;
    }
}
