namespace SandboxActors.Kvm.Native;

/// <summary>Numbers of <c>&lt;linux/kvm.h&gt;</c> and <c>&lt;asm/kvm.h&gt;</c>.</summary>
internal static class KvmConstants
{
    public const int KVM_API_VERSION = 12;

    public const uint KVM_CAP_USER_MEMORY = 3;
    public const uint KVM_CAP_SET_TSS_ADDR = 4;
    public const uint KVM_CAP_EXT_CPUID = 7;
    public const uint KVM_CAP_NR_MEMSLOTS = 10;
    public const uint KVM_CAP_MP_STATE = 14;
    public const uint KVM_CAP_DESTROY_MEMORY_REGION_WORKS = 21;
    public const uint KVM_CAP_DEBUGREGS = 50;
    public const uint KVM_CAP_XSAVE = 55;
    public const uint KVM_CAP_XCRS = 56;
    public const uint KVM_CAP_GET_TSC_KHZ = 61;
    public const uint KVM_CAP_SYNC_REGS = 74;
    public const uint KVM_CAP_READONLY_MEM = 81;
    public const uint KVM_CAP_IMMEDIATE_EXIT = 136;
    public const uint KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 = 168;
    public const uint KVM_CAP_BINARY_STATS_FD = 203;

    public const ulong KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE = 1;
    public const uint KVM_MEM_LOG_DIRTY_PAGES = 1;
    public const uint KVM_MEM_READONLY = 2;
    public const uint KVM_MP_STATE_RUNNABLE = 0;
    public const uint KVM_CPUID_FLAG_SIGNIFCANT_INDEX = 1;
    public const uint KVM_VCPUEVENT_VALID_NMI_PENDING = 1;
    public const uint KVM_VCPUEVENT_VALID_SHADOW = 4;

    public const ulong KVM_SYNC_X86_REGS = 1;
    public const ulong KVM_SYNC_X86_SREGS = 2;
    public const ulong KVM_SYNC_X86_EVENTS = 4;

    public const uint KVM_EXIT_IO = 2;
    public const uint KVM_EXIT_HLT = 5;
    public const uint KVM_EXIT_MMIO = 6;
    public const uint KVM_EXIT_SHUTDOWN = 8;
    public const uint KVM_EXIT_FAIL_ENTRY = 9;
    public const uint KVM_EXIT_INTERNAL_ERROR = 17;
    public const uint KVM_EXIT_SYSTEM_EVENT = 24;
    public const uint KVM_EXIT_MEMORY_FAULT = 39;

    public const byte KVM_EXIT_IO_OUT = 1;
}
