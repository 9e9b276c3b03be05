namespace SandboxActors.Emulator;

/// <summary>Products of twice the operands' size, for translated code.</summary>
internal static class WideArithmetic
{
    /// <summary>The upper half of a product.</summary>
    public static ulong High(ulong left, ulong right) => Math.BigMul(left, right, out _);

    /// <summary>The upper half of a signed product.</summary>
    public static ulong SignedHigh(ulong left, ulong right) => (ulong)Math.BigMul((long)left, (long)right, out _);

    /// <summary>RFLAGS after a product whose halves are in RDX and RAX.</summary>
    public static ulong ProductFlags(ulong flags, ulong low, ulong high, int size) => Replace(flags, high != 0, low, size);

    /// <summary>RFLAGS after a signed product whose halves are in RDX and RAX.</summary>
    public static ulong SignedProductFlags(ulong flags, ulong low, ulong high, int size) =>
        Replace(flags, (high & Cpu.Mask(size)) != ((ulong)(Cpu.SignExtend(low, size) >> 63) & Cpu.Mask(size)), low, size);

    private static ulong Replace(ulong flags, bool overflow, ulong low, int size) =>
        (flags & ~ProcessorFlags.Arithmetic) | MultiplyUnit.FlagsOf(overflow, low & Cpu.Mask(size), size);
}
