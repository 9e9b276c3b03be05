using System.Runtime.InteropServices;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>Virtualization by the processor, which KVM uses where it is there.</summary>
internal sealed class ProcessorCheck : ICheck
{
    public string Name => "Processor";

    public Finding Examine(IHostView host)
    {
        if (!host.IsLinux || host.Architecture != Architecture.X64) return new Finding("processor", FindingState.Skipped, "only KVM needs to know");
        string name = Proc.ProcessorName(host);
        if (Proc.HasProcessorFlag(host, "vmx")) return new Finding("processor", FindingState.Ok, $"{name}, with VMX");
        if (Proc.HasProcessorFlag(host, "svm")) return new Finding("processor", FindingState.Ok, $"{name}, with SVM");
        if (host.Probe(KvmDeviceCheck.Device) == DeviceAccess.Usable)
            return new Finding("processor", FindingState.Ok, $"{name}, without VMX or SVM: if there is a KVM, it is one of software, whose exits take longer");
        return Proc.HasProcessorFlag(host, "hypervisor")
            ? new Finding(
                "processor",
                FindingState.Warning,
                $"{name}, in a virtual machine that has neither VMX nor SVM",
                "Switch on nested virtualization on the machine below: options kvm_intel nested=1 (or kvm_amd nested=1) in /etc/modprobe.d, and the CPU model host-passthrough.")
            : new Finding("processor", FindingState.Warning, $"{name}, without VMX or SVM", "Switch on virtualization (VT-x, AMD-V, SVM) in the firmware.");
    }
}
