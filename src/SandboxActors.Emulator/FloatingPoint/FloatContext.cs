namespace SandboxActors.Emulator;

/// <summary>What MXCSR asks of an operation, and what the operation has to say to it (Intel SDM volume 1, section 10.2.3).</summary>
/// <param name="mxcsr">The register before the operation.</param>
internal struct FloatContext(uint mxcsr)
{
    public const uint Invalid = 1;
    public const uint Denormal = 2;
    public const uint DivideByZero = 4;
    public const uint Overflow = 8;
    public const uint Underflow = 0x10;
    public const uint Inexact = 0x20;

    private const int MaskShift = 7;
    private const uint AllExceptions = 0x3F;
    private const uint DenormalsAreZeros = 0x40;
    private const uint FlushToZero = 0x8000;
    private const int RoundingShift = 13;

    /// <summary>The bits of MXCSR that <see cref="AllowsHostArithmetic"/> looks at.</summary>
    public const uint HostMask = Inexact | (Inexact << MaskShift) | (3u << RoundingShift);

    /// <summary>What they must be.</summary>
    public const uint HostValue = Inexact | (Inexact << MaskShift);

    /// <summary>The exceptions that occurred.</summary>
    public uint Raised;

    public readonly bool TreatsDenormalsAsZeros => (mxcsr & DenormalsAreZeros) != 0;

    public readonly bool IsUnderflowMasked => (mxcsr & (Underflow << MaskShift)) != 0;

    public readonly bool FlushesToZero => (mxcsr & FlushToZero) != 0 && IsUnderflowMasked;

    public readonly FloatRounding Rounding => (FloatRounding)((mxcsr >> RoundingShift) & 3);

    /// <summary>
    /// Whether the host's own arithmetic gives the right result and has nothing to report where operands and result are normal: rounding is to
    /// nearest, and inexactness, the one thing that cannot be seen in the result, is noted already and masked.
    /// </summary>
    public readonly bool AllowsHostArithmetic => (mxcsr & HostMask) == HostValue;

    /// <summary>Exceptions that occurred and are not masked.</summary>
    public readonly uint Unmasked => Raised & ~(mxcsr >> MaskShift) & AllExceptions;
}
