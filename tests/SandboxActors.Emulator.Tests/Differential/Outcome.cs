using System.Security.Cryptography;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>What a case left behind.</summary>
internal sealed record Outcome
{
    private const ulong InterruptFlag = 0x200;

    // At a port violation the registers are those of a machine between two things, and so is the address; port and kind are what is promised.
    public bool IsPortViolation => Exit is { Kind: VmExitKind.PortViolation };

    // A fault's own delivery changes others: the frame that holds the guest's is the machine's.
    private const ulong FlagsOfFault = 0xCD5;

    /// <summary>How it ended; null if it came to its end.</summary>
    public required VmExit? Exit { get; init; }

    /// <summary>The sixteen general registers; at a fault RSP is the one that the processor pushed.</summary>
    public required ulong[] Registers { get; init; }

    public required ulong Flags { get; init; }

    public required uint Mxcsr { get; init; }

    /// <summary>256 bytes: XMM0 to XMM15.</summary>
    public required byte[] Vectors { get; init; }

    /// <summary>From <see cref="CaseLayout.Memory"/> to the end of the block.</summary>
    public required byte[] Memory { get; init; }

    /// <summary>What of the flags is compared. Not IF: whether a guest sees it set is the machine's matter.</summary>
    public ulong ComparedFlags(TestCase made) =>
        IsPortViolation ? 0 : Flags & ~made.UndefinedFlags & (Exit is null ? ~InterruptFlag : FlagsOfFault & ~made.UndefinedFlagsOfFault);

    /// <summary>
    /// The fault's number. A KVM that has no processor support for it looks itself at what raised #GP, and raises #UD if it does not know the
    /// instruction, as
    /// it knows no vector instruction; and the same for #SS. So for those the three count as one. NamedCaseSpec asks the software for #GP.
    /// </summary>
    public CpuException ComparedVector(TestCase made)
    {
        CpuException vector = Exit?.Fault.Vector ?? default;
        bool counts = made.MayHideProtection && vector is (CpuException.InvalidOpcode or CpuException.StackSegmentFault);
        return counts ? CpuException.GeneralProtection : vector;
    }

    /// <summary>All that is compared, as one text of bytes.</summary>
    public byte[] Image(TestCase made) => OutcomeImage.Write(this, made);

    /// <summary>The first bytes of the image's SHA-256.</summary>
    public byte[] Digest(TestCase made, int length) => SHA256.HashData(Image(made))[..length];

    /// <summary>What an image was made of.</summary>
    public static Outcome FromImage(byte[] image) => OutcomeImage.Read(image);

    /// <summary>The outcome of a case that does nothing.</summary>
    public static Outcome OfInput(TestCase made) => new()
    {
        Exit = null,
        Registers = made.Registers,
        Flags = made.Flags,
        Mxcsr = made.Mxcsr,
        Vectors = made.Vectors,
        Memory = made.Memory,
    };

    /// <summary>The memory that is compared: pushed flags without IF.</summary>
    public byte[] MaskedMemory(TestCase made)
    {
        byte[] memory = [.. Memory];
        if (!made.Name.StartsWith("Pushf", StringComparison.Ordinal)) return memory;
        ulong offset = Registers[4] - made.Block - CaseLayout.Memory;
        if (offset + 1 < (ulong)memory.Length) memory[offset + 1] &= 0xFD;
        return memory;
    }
}
