namespace SandboxActors.Kvm.Native;

/// <summary>The ioctl requests of <c>&lt;linux/kvm.h&gt;</c>.</summary>
internal static class KvmRequests
{
    private const uint KVMIO = 0xAE;

    // On /dev/kvm.
    public static readonly nuint KVM_GET_API_VERSION = Ioctl.Io(KVMIO, 0x00);
    public static readonly nuint KVM_CREATE_VM = Ioctl.Io(KVMIO, 0x01);
    public static readonly nuint KVM_CHECK_EXTENSION = Ioctl.Io(KVMIO, 0x03);
    public static readonly nuint KVM_GET_VCPU_MMAP_SIZE = Ioctl.Io(KVMIO, 0x04);
    public static readonly nuint KVM_GET_SUPPORTED_CPUID = Ioctl.Iowr<kvm_cpuid2>(KVMIO, 0x05);

    // On a VM.
    public static readonly nuint KVM_CREATE_VCPU = Ioctl.Io(KVMIO, 0x41);
    public static readonly nuint KVM_GET_DIRTY_LOG = Ioctl.Iow<kvm_dirty_log>(KVMIO, 0x42);
    public static readonly nuint KVM_SET_USER_MEMORY_REGION = Ioctl.Iow<kvm_userspace_memory_region>(KVMIO, 0x46);
    public static readonly nuint KVM_SET_TSS_ADDR = Ioctl.Io(KVMIO, 0x47);
    public static readonly nuint KVM_ENABLE_CAP = Ioctl.Iow<kvm_enable_cap>(KVMIO, 0xa3);
    public static readonly nuint KVM_CLEAR_DIRTY_LOG = Ioctl.Iowr<kvm_clear_dirty_log>(KVMIO, 0xc0);
    public static readonly nuint KVM_GET_STATS_FD = Ioctl.Io(KVMIO, 0xce);

    // On a vCPU.
    public static readonly nuint KVM_RUN = Ioctl.Io(KVMIO, 0x80);
    public static readonly nuint KVM_GET_REGS = Ioctl.Ior<kvm_regs>(KVMIO, 0x81);
    public static readonly nuint KVM_GET_MSRS = Ioctl.Iowr<kvm_msrs>(KVMIO, 0x88);
    public static readonly nuint KVM_SET_MSRS = Ioctl.Iow<kvm_msrs>(KVMIO, 0x89);
    public static readonly nuint KVM_SET_SIGNAL_MASK = Ioctl.Iow<kvm_signal_mask>(KVMIO, 0x8b);
    public static readonly nuint KVM_SET_CPUID2 = Ioctl.Iow<kvm_cpuid2>(KVMIO, 0x90);
    public static readonly nuint KVM_SET_MP_STATE = Ioctl.Iow<kvm_mp_state>(KVMIO, 0x99);
    public static readonly nuint KVM_GET_DEBUGREGS = Ioctl.Ior<kvm_debugregs>(KVMIO, 0xa1);
    public static readonly nuint KVM_SET_DEBUGREGS = Ioctl.Iow<kvm_debugregs>(KVMIO, 0xa2);
    public static readonly nuint KVM_GET_TSC_KHZ = Ioctl.Io(KVMIO, 0xa3);
    public static readonly nuint KVM_GET_XSAVE = Ioctl.Ior<kvm_xsave>(KVMIO, 0xa4);
    public static readonly nuint KVM_SET_XSAVE = Ioctl.Iow<kvm_xsave>(KVMIO, 0xa5);
    public static readonly nuint KVM_GET_XCRS = Ioctl.Ior<kvm_xcrs>(KVMIO, 0xa6);
    public static readonly nuint KVM_SET_XCRS = Ioctl.Iow<kvm_xcrs>(KVMIO, 0xa7);
}
