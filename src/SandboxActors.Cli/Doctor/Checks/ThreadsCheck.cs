using System.Globalization;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>Threads: guests share a few, as many as there are processors.</summary>
internal sealed class ThreadsCheck : ICheck
{
    // Those of .NET, of actors, and one beside each guest thread.
    private const int Spare = 64;

    private const string Id = "threads";

    public string Name => "Threads";

    public Finding Examine(IHostView host)
    {
        if (Proc.Limit(host, "Max processes") is not { } limit) return new Finding(Id, FindingState.Skipped, "the system does not say");
        long? bound = Proc.ControlGroup(host, "pids.max");
        long? left = bound - Proc.ControlGroup(host, "pids.current");
        int wanted = (2 * host.Processors) + Spare;
        string group = bound is null ? "no bound by the control group" : string.Create(CultureInfo.InvariantCulture, $"control group {bound}, of which {left} are left");
        string found = $"user limit {limit.Soft}, {group}";
        if (left < wanted)
            return new Finding(Id, FindingState.Warning, found, "Raise pids.max of the control group (TasksMax= of the service, --pids-limit of the container).");
        return Proc.Parse(limit.Soft) < wanted
            ? new Finding(Id, FindingState.Warning, found, "Raise it: ulimit -u, or LimitNPROC= of the service.")
            : new Finding(Id, FindingState.Ok, found);
    }
}
