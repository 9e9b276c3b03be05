using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>A decoded instruction: everything that carrying it out needs, and nothing of how it was encoded.</summary>
internal sealed class Operation
{
    /// <summary>What it does.</summary>
    public required Handler Execute { get; init; }

    /// <summary>Which instruction it is.</summary>
    public required Mnemonic Mnemonic { get; init; }

    /// <summary>Where it stands.</summary>
    public required ulong Address { get; init; }

    /// <summary>Where the next one stands.</summary>
    public required ulong Next { get; init; }

    /// <summary>Its place in its block.</summary>
    public required int Index { get; init; }

    /// <summary>The first operand's size in bytes.</summary>
    public int Size { get; init; }

    /// <summary>The second operand's size in bytes.</summary>
    public int SourceSize { get; init; }

    /// <summary>The bytes of the memory operand, for instructions that have several widths of it.</summary>
    public int MemorySize { get; init; }

    /// <summary>For a string instruction, the bytes of one step.</summary>
    public int StringSize { get; init; }

    public OperandKind DestinationKind { get; init; }

    public OperandKind SourceKind { get; init; }

    /// <summary>The first operand's register.</summary>
    public byte Destination { get; init; }

    /// <summary>The second operand's register.</summary>
    public byte Source { get; init; }

    /// <summary>The memory operand's base register; <see cref="RegisterFile.None"/> if there is none.</summary>
    public byte Base { get; init; } = RegisterFile.None;

    public byte IndexRegister { get; init; } = RegisterFile.None;

    public byte IndexShift { get; init; }

    public SegmentBase Segment { get; init; }

    /// <summary>Whether addresses are cut to 32 bits.</summary>
    public bool HasAddress32 { get; init; }

    /// <summary>Whether an address is no more than base, index and displacement.</summary>
    public bool HasPlainAddress { get; init; }

    /// <summary>Whether an address that is not canonical is a stack fault.</summary>
    public bool UsesStack { get; init; }

    /// <summary>Whether a memory operand of 16 bytes must be aligned.</summary>
    public bool MustBeAligned { get; init; }

    /// <summary>Whether a string instruction repeats, and for comparing ones whether it does so while they are equal.</summary>
    public RepeatKind Repeat { get; init; }

    /// <summary>The number of a condition, or a count of shifting that is in CL if negative.</summary>
    public int Condition { get; init; }

    public ulong Displacement { get; init; }

    /// <summary>The constant, or a branch's target.</summary>
    public ulong Immediate { get; init; }

    /// <summary>A second constant.</summary>
    public int SecondImmediate { get; init; }

    /// <summary>Whether its floating point elements have 32 bits, not 64.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Whether there are three operands, the last of them a constant or CL.</summary>
    public bool HasThirdOperand { get; init; }

    /// <summary>Whether nothing can follow it in its block.</summary>
    public bool EndsBlock { get; init; }
}
