using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Which flags an instruction leaves undefined (Intel SDM volume 2, each instruction's "Flags Affected").</summary>
internal static class UndefinedFlags
{
    private const ulong Carry = 1;
    private const ulong Adjust = 0x10;
    private const ulong Overflow = 0x800;

    private static readonly (RflagsBits Bit, ulong Flag)[] Flags =
    [
        (RflagsBits.CF, Carry), (RflagsBits.PF, 0x4), (RflagsBits.AF, Adjust), (RflagsBits.ZF, 0x40), (RflagsBits.SF, 0x80),
        (RflagsBits.OF, Overflow),
    ];

    /// <summary>The flags of RFLAGS that a set of Iced's stands for.</summary>
    public static ulong From(RflagsBits bits) => Flags.Where(pair => (bits & pair.Bit) != 0).Aggregate(0UL, (all, pair) => all | pair.Flag);

    /// <summary>Whether the instruction shifts or rotates by a count, on which depends what it does with flags.</summary>
    public static bool HasCount(in Instruction instruction) => instruction.Mnemonic
        is Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Shld or Mnemonic.Shrd
        or Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr;

    /// <summary>The undefined flags of an instruction that is carried out once, with a count that is known.</summary>
    public static ulong Of(in Instruction instruction, ulong[] registers)
    {
        ulong undefined = From(instruction.RflagsUndefined);
        if (!HasCount(in instruction)) return undefined;
        int last = instruction.OpCount - 1;
        int size = SizeOf(in instruction);
        ulong raw = instruction.GetOpKind(last) == OpKind.Register ? registers[1] : instruction.GetImmediate(last);
        ulong count = raw & (size == 8 ? 63UL : 31UL);
        return count == 0 ? 0 : undefined | OfCount(in instruction, count, size);
    }

    /// <summary>The flags that an instruction may leave undefined, whatever its count.</summary>
    public static ulong AtMost(in Instruction instruction) =>
        From(instruction.RflagsUndefined) | (HasCount(in instruction) ? OfCount(in instruction, ulong.MaxValue, SizeOf(in instruction)) : 0);

    private static int SizeOf(in Instruction instruction) =>
        instruction.Op0Kind == OpKind.Register ? instruction.Op0Register.GetSize() : instruction.MemorySize.GetSize();

    private static ulong OfCount(in Instruction instruction, ulong count, int size)
    {
        bool isRotation = instruction.Mnemonic is Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr;
        ulong undefined = isRotation ? 0 : Adjust;
        if (count > 1) undefined |= Overflow;
        // The last bit out is not defined where more bits leave than there are.
        if (!isRotation && count >= (ulong)size * 8) undefined |= Carry;
        return undefined;
    }
}
