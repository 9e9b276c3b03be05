using Akka.Configuration;
using SandboxActors.Hosting;
using SandboxActors.Kvm;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>What a program that says nothing itself would run sandboxes on, and why.</summary>
internal sealed class BackendCheck : ICheck
{
    private const string Id = "backend";

    public string Name => "Backend";

    public Finding Examine(IHostView host)
    {
        try
        {
            BackendChoice choice = BackendChoice.Make(option: null, host.Environment, Config.Empty);
            OpenedBackend backend = OpenedBackend.Open(choice, host.OpenKvm);
            using var hypervisor = backend.Hypervisor;
            return new Finding(Id, FindingState.Ok, $"{backend.Hypervisor.Name}: {backend.Reason}");
        }
        catch (KvmUnavailableException unavailable)
        {
            return new Finding(
                Id, FindingState.Bad, $"kvm, asked for by {BackendChoice.Variable}, cannot be used: {unavailable.Message}", $"Mend that, or let it be chosen: unset {BackendChoice.Variable}");
        }
        catch (SandboxConfigurationException wrong)
        {
            return new Finding(Id, FindingState.Bad, wrong.Message, $"Let it be chosen: unset {BackendChoice.Variable}");
        }
    }
}
