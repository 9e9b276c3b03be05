using System.Collections.Immutable;
using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm;

/// <summary>
/// What CPUID answers to a guest: of what KVM supports, what a program at CPL3 can use, and what the machine itself needs. A list of what is allowed,
/// so that nothing new comes in unseen; short, because each leaf costs time when a machine is made.
/// </summary>
internal static class CpuidTable
{
    /// <summary>The leaf that says what XSAVE saves.</summary>
    public const uint ExtendedStateLeaf = 0xD;

    private const uint HighestBasicLeaf = ExtendedStateLeaf;
    private const uint HighestExtendedLeaf = 0x8000_0008;
    // x87, SSE, AVX, the three of AVX-512, PKRU. AVX-512 and protection keys are hidden from a guest; but a KVM that does not intercept CPUID and
    // XGETBV cannot keep a guest from using what the host has switched on, and what a guest can use must be saved and restored.
    private const uint ExtendedStateComponents = 0b10_1110_0111;
    private const uint Avx512Components = 0b1110_0000;

    // Bytes of the legacy area and the header.
    private const uint ExtendedStateHeaderEnd = 512 + 64;

    // Leaf 0xD.1 EAX: XSAVEOPT, XSAVEC, XGETBV with ECX = 1. XSAVES is the kernel's.
    private const uint ExtendedStateFeatures = 0b111;

    // Bytes of the legacy area, the header, and AVX: the XSAVE area of all that XCR0 may hold.
    private const uint ExtendedStateBytes = 512 + 64 + 256;

    // Leaf 1. ECX: SSE3, PCLMULQDQ, SSSE3, FMA, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT, AES, XSAVE, AVX, F16C, RDRAND.
    // EDX: FPU, DE, PSE, TSC, MSR, PAE, CX8, SEP, PGE, CMOV, PAT, CLFLUSH, MMX, FXSR, SSE, SSE2. No APIC, no hypervisor bit.
    private const uint Features1Ecx = (1 << 0) | (1 << 1) | (1 << 9) | (1 << 12) | (1 << 13) | (1 << 19) | (1 << 20) | (1 << 22) | (1 << 23) | (1 << 25) | (1 << 26)
        | (1 << 28) | (1 << 29) | (1 << 30);
    private const uint Features1Edx = (1 << 0) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 8) | (1 << 11) | (1 << 13) | (1 << 15) | (1 << 16)
        | (1 << 19) | (1 << 23) | (1 << 24) | (1 << 25) | (1 << 26);

    // Leaf 7. EBX: BMI1, AVX2, SMEP, BMI2, ERMS, RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB, SHA. ECX: UMIP, GFNI, VAES, VPCLMULQDQ. EDX: FSRM.
    private const uint Features7Ebx = (1 << 3) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 18) | (1 << 19) | (1 << 20) | (1 << 23) | (1 << 24) | (1 << 29);
    private const uint Features7Ecx = (1 << 2) | (1 << 8) | (1 << 9) | (1 << 10);
    private const uint Features7Edx = 1 << 4;

    // Leaf 0x80000001. ECX: LAHF, LZCNT, PREFETCHW. EDX: SYSCALL (every 64-bit processor has it; it is
    // switched off), NX, RDTSCP (so that KVM loads the guest's TSC_AUX rather than leave the host's in sight), LM.
    private const uint ExtendedFeaturesEcx = (1 << 0) | (1 << 5) | (1 << 8);
    private const uint ExtendedFeaturesEdx = (1 << 11) | (1 << 20) | (1 << 27) | (1 << 29);

    // Bits 8 to 15 of EBX: the size of a cache line for CLFLUSH. The rest says which processor one runs on, and how many there are.
    private const uint ClflushSize = 0xFF00;

    /// <summary>Makes the table.</summary>
    /// <param name="supported">What KVM supports.</param>
    public static ImmutableArray<kvm_cpuid_entry2> Filter(IReadOnlyCollection<kvm_cpuid_entry2> supported)
    {
        uint components = supported.FirstOrDefault(entry => entry.function == ExtendedStateLeaf && entry.index == 0).eax & ExtendedStateComponents;
        if ((components & Avx512Components) != Avx512Components) components &= ~Avx512Components;
        uint stateBytes = supported.Where(entry => IsAreaOf(entry, components))
            .Aggregate(ExtendedStateHeaderEnd, (end, area) => Math.Max(end, area.ebx + area.eax));

        var table = ImmutableArray.CreateBuilder<kvm_cpuid_entry2>();
        foreach (kvm_cpuid_entry2 entry in supported)
        {
            if (Filter(entry, components, stateBytes) is { } filtered) table.Add(filtered);
        }

        return table.ToImmutable();
    }

    /// <summary>The registers of a leaf; zeros if it is not in the table.</summary>
    public static kvm_cpuid_entry2 Find(ImmutableArray<kvm_cpuid_entry2> table, uint function, uint index = 0) =>
        table.FirstOrDefault(entry => entry.function == function && entry.index == index);

    // A leaf that says where a component lies: EAX is its size, EBX its offset.
    private static bool IsAreaOf(kvm_cpuid_entry2 entry, uint components) =>
        entry.function == ExtendedStateLeaf && entry.index is > 1 and < 32 && (components & (1u << (int)entry.index)) != 0;

    private static kvm_cpuid_entry2? Filter(kvm_cpuid_entry2 entry, uint components, uint stateBytes) => (entry.function, entry.index) switch
    {
        (0, _) => entry with { eax = Math.Min(entry.eax, HighestBasicLeaf) },
        (1, _) => entry with { ebx = entry.ebx & ClflushSize, ecx = entry.ecx & Features1Ecx, edx = entry.edx & Features1Edx },
        (7, 0) => entry with { eax = 0, ebx = entry.ebx & Features7Ebx, ecx = entry.ecx & Features7Ecx, edx = entry.edx & Features7Edx },
        (ExtendedStateLeaf, 0) => entry with { eax = components, ebx = stateBytes, ecx = stateBytes, edx = 0 },
        (ExtendedStateLeaf, 1) => entry with { eax = entry.eax & ExtendedStateFeatures, ebx = stateBytes, ecx = 0, edx = 0 },
        (ExtendedStateLeaf, _) => IsAreaOf(entry, components) ? entry : null,
        (0x8000_0000, _) => entry with { eax = Math.Min(entry.eax, HighestExtendedLeaf) },
        (0x8000_0001, _) => entry with { ebx = 0, ecx = entry.ecx & ExtendedFeaturesEcx, edx = entry.edx & ExtendedFeaturesEdx },
        (HighestExtendedLeaf, _) => entry with { eax = entry.eax & 0xFFFF, ebx = 0, ecx = 0, edx = 0 },
        _ => null,
    };
}
