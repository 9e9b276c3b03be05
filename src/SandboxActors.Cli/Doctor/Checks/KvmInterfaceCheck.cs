using System.Globalization;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>The version of KVM's interface, and the extensions that are needed.</summary>
internal sealed class KvmInterfaceCheck : ICheck
{
    private const string Id = "kvm-interface";

    public string Name => "KVM interface";

    public Finding Examine(IHostView host)
    {
        if (!host.IsLinux || host.Probe(KvmDeviceCheck.Device) != DeviceAccess.Usable) return new Finding(Id, FindingState.Skipped, "the device cannot be used");
        try
        {
            KvmDescription kvm = host.DescribeKvm();
            string log = kvm.HasManualDirtyLog ? "dirty log without protecting again" : "dirty log only by protecting again (restores cost more)";
            string found = string.Create(
                CultureInfo.InvariantCulture,
                $"version {kvm.ApiVersion}, all {kvm.RequiredExtensions} extensions that are needed, {kvm.MemorySlots} memory slots, {log}");
            return new Finding(Id, FindingState.Ok, found);
        }
        catch (KvmUnavailableException unavailable)
        {
            // One line: what is missing, and behind the last colon how to get it.
            int colon = unavailable.Message.LastIndexOf(": ", StringComparison.Ordinal);
            return colon < 0
                ? new Finding(Id, FindingState.Warning, unavailable.Message)
                : new Finding(Id, FindingState.Warning, unavailable.Message[..colon], unavailable.Message[(colon + 2)..]);
        }
        catch (MachineException refused)
        {
            return new Finding(Id, FindingState.Warning, refused.Message, "Use Linux 5.4 or later.");
        }
    }
}
