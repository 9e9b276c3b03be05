using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Kvm;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>Descriptors, of which a machine on KVM takes two.</summary>
internal sealed class OpenFilesCheck : ICheck
{
    private const string Id = "open-files";

    public string Name => "Open files";

    public Finding Examine(IHostView host)
    {
        if (host.ReadLimits() is not { } limits || Proc.Limit(host, "Max open files") is not { } limit)
            return new Finding(Id, FindingState.Skipped, "the system does not say");
        long room = Math.Max(0, limits.RoomForFiles);
        string found = string.Create(
            CultureInfo.InvariantCulture, $"soft limit {limit.Soft}, hard limit {limit.Hard}, {limits.OpenFiles} open: room for {room} machines on KVM");
        int wanted = SandboxPoolOptions.Default.MaximumLive;
        if (room >= wanted) return new Finding(Id, FindingState.Ok, found);
        long files = limits.OpenFiles + ((long)wanted * HostLimits.FilesPerMachine) + 100;
        return new Finding(
            Id,
            FindingState.Warning,
            found,
            string.Create(
                CultureInfo.InvariantCulture,
                $"For the {wanted} machines of a pool raise the hard limit to {files} or more (ulimit -Hn, LimitNOFILE= of the service, /etc/security/limits.conf), or set sandbox-actors.pool.max-live to {room} or less."));
    }
}
