namespace SandboxActors.Emulator;

/// <summary>Where an operand is.</summary>
internal enum OperandKind : byte
{
    None,

    /// <summary>The low bytes of a general register.</summary>
    Register,

    /// <summary>AH, CH, DH or BH.</summary>
    HighByte,

    /// <summary>The instruction's one memory operand.</summary>
    Memory,

    /// <summary>A constant, already extended to the operand size.</summary>
    Immediate,

    /// <summary>An XMM register.</summary>
    Vector,

    /// <summary>A segment register, by its number in machine code.</summary>
    Segment,

    /// <summary>A register that no instruction here can use: MMX, x87 stack, control, debug, wider vectors.</summary>
    Unsupported,
}
