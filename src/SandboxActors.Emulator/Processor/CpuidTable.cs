namespace SandboxActors.Emulator;

/// <summary>What CPUID says: what is implemented, and nothing else. Not x87, which is there only in part; not FXSR, XSAVE, SSE3 and later.</summary>
internal static class CpuidTable
{
    private const uint HighestBasicLeaf = 1;
    private const uint HighestExtendedLeaf = 0x8000_0001;

    // "SandboxActor", in the order EBX, EDX, ECX.
    private const uint Vendor0 = 0x646E_6153;
    private const uint Vendor1 = 0x4178_6F62;
    private const uint Vendor2 = 0x726F_7463;

    // Family 6, model 15.
    private const uint Signature = 0x06F0;

    // CLFLUSH works on 8 times 8 bytes.
    private const uint ClflushSize = 8 << 8;

    // CMPXCHG16B, POPCNT.
    private const uint FeaturesEcx = (1 << 13) | (1 << 23);

    // TSC, CX8, CMOV, CLFLUSH, SSE, SSE2.
    private const uint FeaturesEdx = (1 << 4) | (1 << 8) | (1 << 15) | (1 << 19) | (1 << 25) | (1 << 26);

    // LAHF in 64-bit mode.
    private const uint ExtendedFeaturesEcx = 1;

    // NX, long mode.
    private const uint ExtendedFeaturesEdx = (1 << 20) | (1 << 29);

    /// <summary>The answer for a leaf; zeros if there is none.</summary>
    public static CpuidLeaf Find(uint leaf) => leaf switch
    {
        0 => new CpuidLeaf(HighestBasicLeaf, Vendor0, Vendor2, Vendor1),
        1 => new CpuidLeaf(Signature, ClflushSize, FeaturesEcx, FeaturesEdx),
        0x8000_0000 => new CpuidLeaf(HighestExtendedLeaf, 0, 0, 0),
        0x8000_0001 => new CpuidLeaf(0, 0, ExtendedFeaturesEcx, ExtendedFeaturesEdx),
        _ => default,
    };
}
