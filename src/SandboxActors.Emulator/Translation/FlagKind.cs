namespace SandboxActors.Emulator;

/// <summary>
/// What the flags last came from, and with it what the three flag values of translated code mean: the flags are computed from them only where
/// somebody looks.
/// </summary>
internal enum FlagKind
{
    /// <summary>They are in RFLAGS.</summary>
    Stored,

    /// <summary>A sum of the first and second value.</summary>
    Add,

    /// <summary>A sum with carry: the two operands, and the result.</summary>
    AddCarry,

    /// <summary>The first value less the second.</summary>
    Subtract,

    /// <summary>A difference with borrow: the two operands, and the result.</summary>
    SubtractBorrow,

    /// <summary>A bitwise operation: its result.</summary>
    Logic,

    /// <summary>One more: the result, and the carry from before.</summary>
    Increment,

    /// <summary>One less: the result, and the carry from before.</summary>
    Decrement,

    /// <summary>A shift: the value before, and a count that is not zero.</summary>
    ShiftLeft,

    /// <summary>A shift: the value before, and a count that is not zero.</summary>
    ShiftRight,

    /// <summary>A shift that keeps the sign: the value before, and a count that is not zero.</summary>
    ShiftRightSigned,

    /// <summary>A signed product: the two factors, sign-extended.</summary>
    MultiplySigned,

    /// <summary>One of the others, and only the running code knows which.</summary>
    Unknown,
}
