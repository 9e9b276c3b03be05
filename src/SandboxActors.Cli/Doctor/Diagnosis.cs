using System.Collections.Immutable;
using SandboxActors.Cli.Doctor.Checks;
using SandboxActors.Emulator;

namespace SandboxActors.Cli.Doctor;

/// <summary>Everything that was found about a machine.</summary>
/// <param name="Findings">Each with what it is about, in the order in which they are looked at.</param>
internal sealed record Diagnosis(ImmutableArray<(string Name, Finding Finding)> Findings)
{
    /// <summary>All checks, from what is below to what stands on it.</summary>
    private static readonly ImmutableArray<ICheck> Checks =
    [
        new SystemCheck(),
        new ProcessorCheck(),
        new KvmDeviceCheck(),
        new KvmInterfaceCheck(),
        new OpenFilesCheck(),
        new MappingsCheck(),
        new MemoryCheck(),
        new OvercommitCheck(),
        new ThreadsCheck(),
        new CapacityCheck(),
        new BackendCheck(),
        new TrialCheck("kvm", static host => host.OpenKvm()),
        new TrialCheck("emulator", static _ => new EmulatedHypervisor()),
    ];

    /// <summary>Whether sandboxes run here, on what a program would choose.</summary>
    public bool IsUsable => !Findings.Any(static found => found.Finding.State == FindingState.Bad);

    /// <summary>Looks at everything.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="progress">Told what is looked at next.</param>
    public static Diagnosis Of(IHostView host, Action<string> progress)
    {
        var findings = ImmutableArray.CreateBuilder<(string, Finding)>(Checks.Length);
        foreach (ICheck check in Checks)
        {
            progress(check.Name);
            findings.Add((check.Name, check.Examine(host)));
        }

        return new Diagnosis(findings.MoveToImmutable());
    }
}
