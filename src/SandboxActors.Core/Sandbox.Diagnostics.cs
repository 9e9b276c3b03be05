using SandboxActors.Core.Calls;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Core.Machines;
using SandboxActors.Machine;

namespace SandboxActors.Core;

// What a sandbox tells of its guest: why it died, and what it holds.
public sealed partial class Sandbox
{
    private volatile CrashReport? _crashReport;

    /// <summary>
    /// Where the guest stood when it was poisoned, and how it had come there; null if the sandbox is not poisoned. From any thread. The exception of
    /// the call that poisoned has it too: <see cref="GuestPoisonException.CrashReport"/>.
    /// </summary>
    public CrashReport? CrashReport => _crashReport;

    /// <summary>
    /// Writes the guest's memory, mapped regions and registers into an ELF core file that <c>gdb guest.elf FILE</c> opens. The file is its owner's
    /// alone, and is there whole or not at all; one that is there already is replaced. Of a sandbox that is poisoned it shows the guest as it ended,
    /// without what stood in the buffers, and otherwise as it rests between two calls.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UnrecoverableSandboxException">A restore failed half way: there is no state to show.</exception>
    /// <exception cref="SandboxBusyException">Another operation is in progress, or a call is in flight.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    /// <exception cref="MachineException">The machine's state could not be read.</exception>
    /// <exception cref="IOException">The file could not be written; nothing is left of it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public void GenerateCrashDump(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using SandboxGate.Scope inside = _gate.Enter();
        PrivateFile.Write(path, PlanDump().WriteTo);
    }

    /// <summary>Writes the guest's memory, mapped regions and registers as an ELF core file to a stream.</summary>
    /// <param name="stream">The stream; it is written from where it stands, and stays open.</param>
    /// <inheritdoc cref="GenerateCrashDump(string)"/>
    public void GenerateCrashDump(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using SandboxGate.Scope inside = _gate.Enter();
        PlanDump().WriteTo(stream);
    }

    private CoreFile PlanDump()
    {
        if (_unrecoverable) throw new UnrecoverableSandboxException();
        if (_activeCall is not null) throw new SandboxBusyException();
        return new CoreDumper(OwnVm).Plan(Id, _poison, _crashReport?.Function ?? string.Empty);
    }

    // While buffers and memory are as the guest left them.
    private void Poison(GuestPoisonException poison)
    {
        MicroVm vm = _vm!;
        CrashReport report = new CrashRecorder(vm).Record(Id, poison, _parts.Time.GetUtcNow());
        if (_parts.Options.CrashDumps is { } dumps && (dumps.OfEndedGuests || poison is not GuestEndedException))
            report.Dump = CrashDumpDirectory.Write(dumps, report, () => new CoreDumper(vm).Plan(Id, poison.Reason, poison.Function));
        poison.CrashReport = _crashReport = report;
        BecomePoisoned(poison.Reason);
    }
}
