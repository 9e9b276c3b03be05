using System.Globalization;
using SandboxActors.Core;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>Memory mappings, of which a machine on KVM takes one and its guest's memory some more.</summary>
internal sealed class MappingsCheck : ICheck
{
    private const string Id = "mappings";

    public string Name => "Memory mappings";

    public Finding Examine(IHostView host)
    {
        if (host.ReadLimits() is not { } limits) return new Finding(Id, FindingState.Skipped, "the system does not say");
        long room = Math.Max(0, limits.RoomForMappings);
        string found = string.Create(CultureInfo.InvariantCulture, $"vm.max_map_count {limits.MostMappings}, {limits.Mappings} used: room for {room} machines on KVM");
        return room >= SandboxPoolOptions.Default.MaximumLive
            ? new Finding(Id, FindingState.Ok, found)
            : new Finding(Id, FindingState.Warning, found, "Raise it: sudo sysctl -w vm.max_map_count=262144 (to keep it: a file in /etc/sysctl.d).");
    }
}
