namespace SandboxActors.Emulator;

/// <summary>The rounding modes by their number in MXCSR and in the x87 control word.</summary>
internal enum FloatRounding
{
    NearestEven,
    Down,
    Up,
    TowardsZero,
}
