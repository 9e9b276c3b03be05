using SandboxActors.Emulator;
using SandboxActors.Kvm;

namespace SandboxActors.TestSupport;

/// <summary>One hypervisor of each kind for all tests of a process. Nobody disposes them.</summary>
public static class SharedHypervisor
{
    private static readonly Lazy<KvmAvailability> LazyAvailability = new(KvmHypervisor.Probe);
    private static readonly Lazy<KvmHypervisor> LazyKvm = new(KvmHypervisor.Open);

    /// <summary>Whether KVM can be used here, asked once.</summary>
    public static KvmAvailability KvmAvailability => LazyAvailability.Value;

    /// <summary>KVM. Only for tests marked with <see cref="KvmFactAttribute"/> or <see cref="KvmTheoryAttribute"/>.</summary>
    /// <exception cref="KvmUnavailableException">It cannot be used here.</exception>
    public static KvmHypervisor Kvm => LazyKvm.Value;

    /// <summary>The processor in software, which is everywhere. It translates early, so that what tests run is soon translated code.</summary>
    public static EmulatedHypervisor Emulator { get; } = new(new EmulatorOptions { TranslateAfter = 8 });
}
