using SandboxActors.Kvm;
using SandboxActors.Machine;
using Xunit;

namespace SandboxActors.TestSupport;

/// <summary>
/// The hypervisors that tests marked with <see cref="OnEachBackendAttribute"/> run on; one that this host does not have is skipped, visibly and with
/// the reason.
/// </summary>
public static class Backends
{
    /// <summary>The names of all of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["kvm", "emulator"];

    /// <summary>The backend, one instance a process. Skips the test where it is not there.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static IHypervisor Open(string name)
    {
        if (name == SharedHypervisor.Emulator.Name) return SharedHypervisor.Emulator;
        Assert.Equal("kvm", name);
        KvmAvailability availability = SharedHypervisor.KvmAvailability;
        Skip.IfNot(availability.IsUsable, availability.Reason);
        return SharedHypervisor.Kvm;
    }
}
