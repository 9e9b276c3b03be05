namespace SandboxActors.Emulator;

/// <summary>Where the flags are at a point of translated code.</summary>
/// <param name="Kind">What they came from.</param>
/// <param name="Size">Of how many bytes.</param>
internal readonly record struct FlagState(FlagKind Kind, int Size)
{
    private const int SizeBits = 4;

    /// <summary>In RFLAGS.</summary>
    public static FlagState Stored => new(FlagKind.Stored, 0);

    /// <summary>Only the running code knows.</summary>
    public static FlagState Unknown => new(FlagKind.Unknown, 0);

    /// <summary>The state as one number, for the running code.</summary>
    public int Code => ((int)Kind << SizeBits) | Size;

    /// <summary>The state that a number stands for.</summary>
    public static FlagState FromCode(int code) => new((FlagKind)(code >> SizeBits), code & ((1 << SizeBits) - 1));
}
