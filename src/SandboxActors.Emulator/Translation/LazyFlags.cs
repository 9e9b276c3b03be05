namespace SandboxActors.Emulator;

/// <summary>Computes RFLAGS from what translated code keeps instead of them.</summary>
internal static class LazyFlags
{
    /// <summary>RFLAGS.</summary>
    /// <param name="code">The <see cref="FlagState.Code"/>.</param>
    /// <param name="first">The first value; what is above its size is undefined.</param>
    /// <param name="second">The second value.</param>
    /// <param name="third">The third value.</param>
    /// <param name="flags">RFLAGS as they were stored last: those that arithmetic does not set are in them.</param>
    public static ulong Compute(int code, ulong first, ulong second, ulong third, ulong flags)
    {
        FlagState state = FlagState.FromCode(code);
        return state.Kind == FlagKind.Stored ? flags : (flags & ~ProcessorFlags.Arithmetic) | Arithmetic(state, first, second, third);
    }

    private static ulong Arithmetic(FlagState state, ulong first, ulong second, ulong third)
    {
        int size = state.Size;
        ulong mask = Cpu.Mask(size);
        if (state.Kind == FlagKind.MultiplySigned) return MultiplyUnit.SignedFlags((long)first, (long)second, size);
        // What was kept is not cut to its size.
        first &= mask;
        second &= mask;
        third &= mask;
        return state.Kind switch
        {
            FlagKind.Add => Cpu.AddFlags(first, second, (first + second) & mask, size),
            FlagKind.AddCarry => Cpu.AddFlags(first, second, third, size),
            FlagKind.Subtract => Cpu.SubtractFlags(first, second, (first - second) & mask, size),
            FlagKind.SubtractBorrow => Cpu.SubtractFlags(first, second, third, size),
            FlagKind.Logic => Cpu.ResultFlags(first, size),
            FlagKind.Increment => (Cpu.AddFlags((first - 1) & mask, 1, first, size) & ~ProcessorFlags.Carry) | second,
            FlagKind.Decrement => (Cpu.SubtractFlags((first + 1) & mask, 1, first, size) & ~ProcessorFlags.Carry) | second,
            FlagKind.ShiftLeft => ShiftUnit.LeftFlags(first, (int)second, size),
            FlagKind.ShiftRight => ShiftUnit.RightFlags(first, (int)second, size),
            FlagKind.ShiftRightSigned => ShiftUnit.SignedRightFlags(first, (int)second, size),
            _ => throw new InvalidOperationException($"Translated code left flags of kind {state.Kind}."),
        };
    }
}
