using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>The registers in the shared run page.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_sync_regs
{
    public kvm_regs regs;
    public kvm_sregs sregs;
    public kvm_vcpu_events events;
}
