using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm.Tests;

/// <summary>
/// What &lt;linux/kvm.h&gt; says on x86-64, printed by a C program (which <see cref="NativeLayoutSpec"/> makes again where there is a compiler). A
/// field is named as in C, with dots for nested structures.
/// </summary>
internal static class NativeLayout
{
    /// <summary>Structures: C name, our type, size in bytes, and its fields with their offsets.</summary>
    public static readonly (string Name, Type Type, int Size, (string Field, int Offset)[] Fields)[] Structures =
    [
        ("kvm_regs", typeof(kvm_regs), 144,
        [
            ("rax", 0), ("rbx", 8), ("rcx", 16), ("rdx", 24), ("rsi", 32), ("rdi", 40), ("rsp", 48), ("rbp", 56), ("r8", 64), ("r9", 72), ("r10", 80),
            ("r11", 88), ("r12", 96), ("r13", 104), ("r14", 112), ("r15", 120), ("rip", 128), ("rflags", 136),
        ]),
        ("kvm_segment", typeof(kvm_segment), 24,
        [
            ("base", 0), ("limit", 8), ("selector", 12), ("type", 14), ("present", 15), ("dpl", 16), ("db", 17), ("s", 18), ("l", 19), ("g", 20),
            ("avl", 21), ("unusable", 22), ("padding", 23),
        ]),
        ("kvm_dtable", typeof(kvm_dtable), 16,
        [
            ("base", 0), ("limit", 8), ("padding", 10),
        ]),
        ("kvm_sregs", typeof(kvm_sregs), 312,
        [
            ("cs", 0), ("ds", 24), ("es", 48), ("fs", 72), ("gs", 96), ("ss", 120), ("tr", 144), ("ldt", 168), ("gdt", 192), ("idt", 208),
            ("cr0", 224), ("cr2", 232), ("cr3", 240), ("cr4", 248), ("cr8", 256), ("efer", 264), ("apic_base", 272), ("interrupt_bitmap", 280),
        ]),
        ("kvm_debugregs", typeof(kvm_debugregs), 128,
        [
            ("db", 0), ("dr6", 32), ("dr7", 40), ("flags", 48), ("reserved", 56),
        ]),
        ("kvm_xsave", typeof(kvm_xsave), 4096,
        [
            ("region", 0),
        ]),
        ("kvm_xcr", typeof(kvm_xcr), 16,
        [
            ("xcr", 0), ("reserved", 4), ("value", 8),
        ]),
        ("kvm_xcrs", typeof(kvm_xcrs), 392,
        [
            ("nr_xcrs", 0), ("flags", 4), ("xcrs", 8), ("padding", 264),
        ]),
        ("kvm_msr_entry", typeof(kvm_msr_entry), 16,
        [
            ("index", 0), ("reserved", 4), ("data", 8),
        ]),
        ("kvm_msrs", typeof(kvm_msrs), 8,
        [
            ("nmsrs", 0), ("pad", 4),
        ]),
        ("kvm_cpuid2", typeof(kvm_cpuid2), 8,
        [
            ("nent", 0), ("padding", 4),
        ]),
        ("kvm_cpuid_entry2", typeof(kvm_cpuid_entry2), 40,
        [
            ("function", 0), ("index", 4), ("flags", 8), ("eax", 12), ("ebx", 16), ("ecx", 20), ("edx", 24), ("padding", 28),
        ]),
        ("kvm_userspace_memory_region", typeof(kvm_userspace_memory_region), 32,
        [
            ("slot", 0), ("flags", 4), ("guest_phys_addr", 8), ("memory_size", 16), ("userspace_addr", 24),
        ]),
        ("kvm_dirty_log", typeof(kvm_dirty_log), 16,
        [
            ("slot", 0), ("padding1", 4), ("dirty_bitmap", 8),
        ]),
        ("kvm_clear_dirty_log", typeof(kvm_clear_dirty_log), 24,
        [
            ("slot", 0), ("num_pages", 4), ("first_page", 8), ("dirty_bitmap", 16),
        ]),
        ("kvm_signal_mask", typeof(kvm_signal_mask), 4,
        [
            ("len", 0),
        ]),
        ("kvm_mp_state", typeof(kvm_mp_state), 4,
        [
            ("mp_state", 0),
        ]),
        ("kvm_enable_cap", typeof(kvm_enable_cap), 104,
        [
            ("cap", 0), ("flags", 4), ("args", 8), ("pad", 40),
        ]),
        ("kvm_stats_header", typeof(kvm_stats_header), 24,
        [
            ("flags", 0), ("name_size", 4), ("num_desc", 8), ("id_offset", 12), ("desc_offset", 16), ("data_offset", 20),
        ]),
        ("kvm_stats_desc", typeof(kvm_stats_desc), 16,
        [
            ("flags", 0), ("exponent", 4), ("size", 6), ("offset", 8), ("bucket_size", 12),
        ]),
        ("kvm_vcpu_events", typeof(kvm_vcpu_events), 64,
        [
            ("exception.injected", 0), ("exception.nr", 1), ("exception.has_error_code", 2), ("exception.pending", 3), ("exception.error_code", 4),
            ("interrupt.injected", 8), ("interrupt.nr", 9), ("interrupt.soft", 10), ("interrupt.shadow", 11), ("nmi.injected", 12),
            ("nmi.pending", 13), ("nmi.masked", 14), ("nmi.pad", 15), ("sipi_vector", 16), ("flags", 20), ("smi.smm", 24), ("smi.pending", 25),
            ("smi.smm_inside_nmi", 26), ("smi.latched_init", 27), ("triple_fault.pending", 28), ("reserved", 29), ("exception_has_payload", 55),
            ("exception_payload", 56),
        ]),
        ("kvm_sync_regs", typeof(kvm_sync_regs), 520,
        [
            ("regs", 0), ("sregs", 144), ("events", 456),
        ]),
        ("kvm_run", typeof(kvm_run), 2352,
        [
            ("immediate_exit", 1), ("exit_reason", 8), ("cr8", 16), ("apic_base", 24), ("fail_entry.hardware_entry_failure_reason", 32),
            ("io.direction", 32), ("io.size", 33), ("io.port", 34), ("io.count", 36), ("io.data_offset", 40), ("kvm_valid_regs", 288),
            ("kvm_dirty_regs", 296), ("s.regs", 304),
        ]),
    ];

    /// <summary>ioctl requests.</summary>
    public static readonly (string Name, nuint Ours, ulong Number)[] Requests =
    [
        ("KVM_GET_API_VERSION", KvmRequests.KVM_GET_API_VERSION, 0xAE00),
        ("KVM_CREATE_VM", KvmRequests.KVM_CREATE_VM, 0xAE01),
        ("KVM_CHECK_EXTENSION", KvmRequests.KVM_CHECK_EXTENSION, 0xAE03),
        ("KVM_GET_VCPU_MMAP_SIZE", KvmRequests.KVM_GET_VCPU_MMAP_SIZE, 0xAE04),
        ("KVM_GET_SUPPORTED_CPUID", KvmRequests.KVM_GET_SUPPORTED_CPUID, 0xC008AE05),
        ("KVM_CREATE_VCPU", KvmRequests.KVM_CREATE_VCPU, 0xAE41),
        ("KVM_GET_DIRTY_LOG", KvmRequests.KVM_GET_DIRTY_LOG, 0x4010AE42),
        ("KVM_SET_USER_MEMORY_REGION", KvmRequests.KVM_SET_USER_MEMORY_REGION, 0x4020AE46),
        ("KVM_SET_TSS_ADDR", KvmRequests.KVM_SET_TSS_ADDR, 0xAE47),
        ("KVM_GET_STATS_FD", KvmRequests.KVM_GET_STATS_FD, 0xAECE),
        ("KVM_ENABLE_CAP", KvmRequests.KVM_ENABLE_CAP, 0x4068AEA3),
        ("KVM_RUN", KvmRequests.KVM_RUN, 0xAE80),
        ("KVM_GET_REGS", KvmRequests.KVM_GET_REGS, 0x8090AE81),
        ("KVM_GET_MSRS", KvmRequests.KVM_GET_MSRS, 0xC008AE88),
        ("KVM_SET_MSRS", KvmRequests.KVM_SET_MSRS, 0x4008AE89),
        ("KVM_SET_SIGNAL_MASK", KvmRequests.KVM_SET_SIGNAL_MASK, 0x4004AE8B),
        ("KVM_SET_CPUID2", KvmRequests.KVM_SET_CPUID2, 0x4008AE90),
        ("KVM_SET_MP_STATE", KvmRequests.KVM_SET_MP_STATE, 0x4004AE99),
        ("KVM_GET_DEBUGREGS", KvmRequests.KVM_GET_DEBUGREGS, 0x8080AEA1),
        ("KVM_SET_DEBUGREGS", KvmRequests.KVM_SET_DEBUGREGS, 0x4080AEA2),
        ("KVM_GET_TSC_KHZ", KvmRequests.KVM_GET_TSC_KHZ, 0xAEA3),
        ("KVM_GET_XSAVE", KvmRequests.KVM_GET_XSAVE, 0x9000AEA4),
        ("KVM_SET_XSAVE", KvmRequests.KVM_SET_XSAVE, 0x5000AEA5),
        ("KVM_GET_XCRS", KvmRequests.KVM_GET_XCRS, 0x8188AEA6),
        ("KVM_SET_XCRS", KvmRequests.KVM_SET_XCRS, 0x4188AEA7),
    ];

    /// <summary>Other numbers. Some are younger than the headers of a distribution may be; what the header does not define is not compared.</summary>
    public static readonly (string Name, ulong Ours, ulong Number)[] Constants =
    [
        ("KVM_API_VERSION", KvmConstants.KVM_API_VERSION, 12),
        ("KVM_CAP_USER_MEMORY", KvmConstants.KVM_CAP_USER_MEMORY, 3),
        ("KVM_CAP_SET_TSS_ADDR", KvmConstants.KVM_CAP_SET_TSS_ADDR, 4),
        ("KVM_CAP_EXT_CPUID", KvmConstants.KVM_CAP_EXT_CPUID, 7),
        ("KVM_CAP_NR_MEMSLOTS", KvmConstants.KVM_CAP_NR_MEMSLOTS, 10),
        ("KVM_CAP_MP_STATE", KvmConstants.KVM_CAP_MP_STATE, 14),
        ("KVM_CAP_DESTROY_MEMORY_REGION_WORKS", KvmConstants.KVM_CAP_DESTROY_MEMORY_REGION_WORKS, 21),
        ("KVM_CAP_DEBUGREGS", KvmConstants.KVM_CAP_DEBUGREGS, 50),
        ("KVM_CAP_XSAVE", KvmConstants.KVM_CAP_XSAVE, 55),
        ("KVM_CAP_XCRS", KvmConstants.KVM_CAP_XCRS, 56),
        ("KVM_CAP_GET_TSC_KHZ", KvmConstants.KVM_CAP_GET_TSC_KHZ, 61),
        ("KVM_CAP_SYNC_REGS", KvmConstants.KVM_CAP_SYNC_REGS, 74),
        ("KVM_CAP_READONLY_MEM", KvmConstants.KVM_CAP_READONLY_MEM, 81),
        ("KVM_CAP_IMMEDIATE_EXIT", KvmConstants.KVM_CAP_IMMEDIATE_EXIT, 136),
        ("KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2", KvmConstants.KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 168),
        ("KVM_CAP_BINARY_STATS_FD", KvmConstants.KVM_CAP_BINARY_STATS_FD, 203),
        ("KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE", KvmConstants.KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE, 1),
        ("KVM_MEM_LOG_DIRTY_PAGES", KvmConstants.KVM_MEM_LOG_DIRTY_PAGES, 1),
        ("KVM_MEM_READONLY", KvmConstants.KVM_MEM_READONLY, 2),
        ("KVM_MP_STATE_RUNNABLE", KvmConstants.KVM_MP_STATE_RUNNABLE, 0),
        ("KVM_CPUID_FLAG_SIGNIFCANT_INDEX", KvmConstants.KVM_CPUID_FLAG_SIGNIFCANT_INDEX, 1),
        ("KVM_VCPUEVENT_VALID_NMI_PENDING", KvmConstants.KVM_VCPUEVENT_VALID_NMI_PENDING, 1),
        ("KVM_VCPUEVENT_VALID_SHADOW", KvmConstants.KVM_VCPUEVENT_VALID_SHADOW, 4),
        ("KVM_SYNC_X86_REGS", KvmConstants.KVM_SYNC_X86_REGS, 1),
        ("KVM_SYNC_X86_SREGS", KvmConstants.KVM_SYNC_X86_SREGS, 2),
        ("KVM_SYNC_X86_EVENTS", KvmConstants.KVM_SYNC_X86_EVENTS, 4),
        ("KVM_EXIT_IO", KvmConstants.KVM_EXIT_IO, 2),
        ("KVM_EXIT_HLT", KvmConstants.KVM_EXIT_HLT, 5),
        ("KVM_EXIT_MMIO", KvmConstants.KVM_EXIT_MMIO, 6),
        ("KVM_EXIT_SHUTDOWN", KvmConstants.KVM_EXIT_SHUTDOWN, 8),
        ("KVM_EXIT_FAIL_ENTRY", KvmConstants.KVM_EXIT_FAIL_ENTRY, 9),
        ("KVM_EXIT_INTERNAL_ERROR", KvmConstants.KVM_EXIT_INTERNAL_ERROR, 17),
        ("KVM_EXIT_SYSTEM_EVENT", KvmConstants.KVM_EXIT_SYSTEM_EVENT, 24),
        ("KVM_EXIT_MEMORY_FAULT", KvmConstants.KVM_EXIT_MEMORY_FAULT, 39),
        ("KVM_EXIT_IO_OUT", KvmConstants.KVM_EXIT_IO_OUT, 1),
    ];
}
