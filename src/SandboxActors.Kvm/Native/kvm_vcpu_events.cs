using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>What a vCPU has pending: exceptions, interrupts and the like. The nested structures of C are written out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_vcpu_events
{
    public byte exception_injected;
    public byte exception_nr;
    public byte exception_has_error_code;
    public byte exception_pending;
    public uint exception_error_code;
    public byte interrupt_injected;
    public byte interrupt_nr;
    public byte interrupt_soft;
    public byte interrupt_shadow;
    public byte nmi_injected;
    public byte nmi_pending;
    public byte nmi_masked;
    public byte nmi_pad;
    public uint sipi_vector;
    public uint flags;
    public byte smi_smm;
    public byte smi_pending;
    public byte smi_smm_inside_nmi;
    public byte smi_latched_init;
    public byte triple_fault_pending;
    public fixed byte reserved[26];
    public byte exception_has_payload;
    public ulong exception_payload;
}
