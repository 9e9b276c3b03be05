using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Kvm;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>Memory and swap, and what the control group leaves of it.</summary>
internal sealed class MemoryCheck : ICheck
{
    private const string Id = "memory";

    public string Name => "Memory";

    public Finding Examine(IHostView host)
    {
        if (Proc.Memory(host, "MemTotal") is not { } total || Proc.Memory(host, "MemAvailable") is not { } available || host.ReadLimits() is not { } limits)
            return new Finding(Id, FindingState.Skipped, "the system does not say");
        long swap = Proc.Memory(host, "SwapTotal") ?? 0;
        string group = ControlGroupMemory.Available(host.Read) is { } left && left < available ? $" (the control group leaves {Quantities.Size(left)})" : string.Empty;
        long room = Math.Max(0, limits.RoomForMemory);
        string found = string.Create(
            CultureInfo.InvariantCulture,
            $"{Quantities.Size(available)} of {Quantities.Size(total)} available{group}, {(swap == 0 ? "no swap" : $"swap {Quantities.Size(swap)}")}: room for {room} small machines");
        if (room >= SandboxPoolOptions.Default.MaximumLive) return new Finding(Id, FindingState.Ok, found);
        return new Finding(
            Id,
            FindingState.Warning,
            found,
            group.Length > 0 ? "Give the control group more (memory.max, MemoryMax= of the service, --memory of the container)." : "Add memory, or end what takes it.");
    }
}
