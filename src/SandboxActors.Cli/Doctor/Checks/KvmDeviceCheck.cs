namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>The device, and whether this user may use it.</summary>
internal sealed class KvmDeviceCheck : ICheck
{
    public const string Device = "/dev/kvm";

    private const string Id = "kvm-device";

    public string Name => "KVM device";

    public Finding Examine(IHostView host)
    {
        if (!host.IsLinux) return new Finding(Id, FindingState.Skipped, "KVM is a part of Linux");
        return host.Probe(Device) switch
        {
            DeviceAccess.Usable => new Finding(Id, FindingState.Ok, $"{Device} can be read and written"),
            DeviceAccess.Missing => new Finding(Id, FindingState.Warning, $"there is no {Device}", HowToGet(host)),
            DeviceAccess.Forbidden => new Finding(Id, FindingState.Warning, $"this user may not read and write {Device}", HowToBeAllowed(host)),
            _ => new Finding(Id, FindingState.Warning, $"{Device} cannot be opened", $"Load its module anew: sudo modprobe -r {Module(host)} && sudo modprobe {Module(host)}"),
        };
    }

    private static string HowToGet(IHostView host) => host.IsContainer
        ? $"Pass the device into the container: --device {Device}"
        : $"Load its module: sudo modprobe {Module(host)}";

    private static string HowToBeAllowed(IHostView host) => host.IsContainer
        ? $"Run the container with the device and its group: --device {Device} --group-add \"$(stat -c %g {Device})\""
        : "Join its group, then log in again: sudo usermod -aG kvm $USER";

    private static string Module(IHostView host) =>
        Proc.HasProcessorFlag(host, "vmx") ? "kvm_intel" : Proc.HasProcessorFlag(host, "svm") ? "kvm_amd" : "kvm_intel (or kvm_amd)";
}
