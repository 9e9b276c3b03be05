using System.Globalization;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>Whether the system gives out more memory than it has: guests' memory is reserved at once, and used as it is written.</summary>
internal sealed class OvercommitCheck : ICheck
{
    private const string Id = "overcommit";

    public string Name => "Overcommit";

    public Finding Examine(IHostView host) => Proc.Number(host, "/proc/sys/vm/overcommit_memory") switch
    {
        null => new Finding(Id, FindingState.Skipped, "the system does not say"),
        2 => new Finding(
            Id,
            FindingState.Warning,
            "vm.overcommit_memory 2: memory is counted when it is mapped, used or not",
            "Allow it: sudo sysctl -w vm.overcommit_memory=0, or raise vm.overcommit_ratio."),
        { } mode => new Finding(Id, FindingState.Ok, string.Create(CultureInfo.InvariantCulture, $"vm.overcommit_memory {mode}")),
    };
}
