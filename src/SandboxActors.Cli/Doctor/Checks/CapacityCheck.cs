using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Kvm;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>How many machines the scarcest of these allows.</summary>
internal sealed class CapacityCheck : ICheck
{
    private const string Id = "capacity";

    public string Name => "Capacity";

    public Finding Examine(IHostView host)
    {
        if (host.ReadLimits() is not { } limits) return new Finding(Id, FindingState.Skipped, "the system does not say");
        int wanted = SandboxPoolOptions.Default.MaximumLive;
        string found = string.Create(CultureInfo.InvariantCulture, $"{limits.Room} machines at once on KVM, by {Scarcest(limits)}; a pool makes up to {wanted}, and parks idle sandboxes beyond");
        if (limits.Room >= wanted) return new Finding(Id, FindingState.Ok, found);
        string mend = string.Create(CultureInfo.InvariantCulture, $"Raise what is scarce, as said above, or set sandbox-actors.pool.max-live to {limits.Room} or less.");
        return new Finding(Id, FindingState.Warning, found, limits.FindShortage()?.Message ?? mend);
    }

    private static string Scarcest(HostLimits limits) => limits switch
    {
        _ when limits.RoomForFiles <= Math.Min(limits.RoomForMappings, limits.RoomForMemory) => "open files",
        _ when limits.RoomForMappings <= limits.RoomForMemory => "memory mappings",
        _ => "memory",
    };
}
