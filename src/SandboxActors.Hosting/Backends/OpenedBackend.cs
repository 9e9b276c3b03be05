using SandboxActors.Emulator;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Hosting;

/// <summary>A backend that is ready to make machines.</summary>
/// <param name="Hypervisor">It.</param>
/// <param name="Reason">Why it is this one, in one line.</param>
internal sealed record OpenedBackend(IHypervisor Hypervisor, string Reason)
{
    /// <summary>Opens what was chosen.</summary>
    /// <param name="choice">What, and where that was said.</param>
    /// <param name="openKvm">Opens KVM, or throws <see cref="KvmUnavailableException"/>.</param>
    /// <exception cref="KvmUnavailableException">KVM was asked for, and cannot be used.</exception>
    public static OpenedBackend Open(BackendChoice choice, Func<IHypervisor> openKvm) => choice.Backend switch
    {
        SandboxBackend.Kvm => new OpenedBackend(openKvm(), AskedForBy(choice.Source)),
        SandboxBackend.Emulator => new OpenedBackend(new EmulatedHypervisor(), AskedForBy(choice.Source)),
        _ => OpenBest(openKvm),
    };

    /// <summary>A hypervisor that the program brings along.</summary>
    /// <param name="open">Opens it.</param>
    public static OpenedBackend Open(Func<IHypervisor> open) => new(open(), AskedForBy("SandboxesOptions.Hypervisor"));

    private static OpenedBackend OpenBest(Func<IHypervisor> openKvm)
    {
        try
        {
            return new OpenedBackend(openKvm(), "/dev/kvm is usable");
        }
        catch (KvmUnavailableException unavailable)
        {
            return new OpenedBackend(new EmulatedHypervisor(), unavailable.Message);
        }
    }

    private static string AskedForBy(string source) => $"asked for by {source}";
}
