using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>Virtual machines on <c>/dev/kvm</c>. Safe for use from any thread.</summary>
public sealed class KvmHypervisor : IHypervisor
{
    private readonly KvmSystem _system;
    private readonly KvmFeatures _features;
    private readonly KvmProfile _profile;

    private KvmHypervisor(KvmSystem system, KvmFeatures features, KvmProfile profile)
    {
        _system = system;
        _features = features;
        _profile = profile;
    }

    /// <inheritdoc />
    public string Name => "kvm";

    /// <inheritdoc />
    public uint TimestampCounterKilohertz => _profile.TimestampCounterKilohertz;

    /// <inheritdoc />
    public bool HasCostlyExits => true;

    /// <summary>Opens KVM and finds out what it can do, with machines made for that and disposed.</summary>
    /// <exception cref="KvmUnavailableException">KVM is missing, not allowed, lacks something that is needed, or refuses to make a
    /// machine.</exception>
    public static KvmHypervisor Open() => Open(features => features);

    /// <summary>Whether <see cref="Open()"/> would succeed, and if not, why. Never throws.</summary>
    public static KvmAvailability Probe()
    {
        try
        {
            using KvmHypervisor hypervisor = Open();
            return new KvmAvailability(IsUsable: true, Reason: string.Empty);
        }
        catch (KvmUnavailableException unavailable)
        {
            return new KvmAvailability(IsUsable: false, unavailable.Message);
        }
    }

    /// <inheritdoc />
    public IVirtualMachine CreateMachine(MachineOptions options) => KvmMachine.Create(_system, _features, _profile, options);

    /// <inheritdoc />
    /// <remarks>Machines made before live on.</remarks>
    public void Dispose() => _system.Dispose();

    /// <summary>Opens KVM and uses only a part of what it can do, or in another way than it would be.</summary>
    /// <param name="restrict">Takes away from the features.</param>
    /// <param name="adapt">Changes what was found out.</param>
    internal static KvmHypervisor Open(Func<KvmFeatures, KvmFeatures> restrict, Func<KvmProfile, KvmProfile>? adapt = null)
    {
        KvmSystem system = KvmSystem.Open();
        try
        {
            InterruptSignal.Reserve();
            KvmFeatures features = restrict(system.ReadFeatures());
            KvmProfile profile = KvmProfile.Read(system, features);
            profile = profile with { LoadsExtendedState = KvmMachine.CanLoadExtendedState(system, features, profile) };
            profile = profile with { TrimsFrom = KvmMachine.FindTrimsFrom(system, features, profile) };
            return new KvmHypervisor(system, features, adapt is null ? profile : adapt(profile));
        }
        catch (MachineException refused)
        {
            system.Dispose();
            throw new KvmUnavailableException($"KVM is here, but it cannot be used: {refused.Message}", refused);
        }
    }
}
