using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>What translated instructions do with the flags, so that flags which nobody can see are not kept.</summary>
internal static class FlagUse
{
    /// <summary>Whether an instruction sets all six arithmetic flags, whatever they were.</summary>
    public static bool SetsAll(Operation operation) => operation.Mnemonic switch
    {
        Mnemonic.Add or Mnemonic.Sub or Mnemonic.Cmp or Mnemonic.And or Mnemonic.Or or Mnemonic.Xor or Mnemonic.Test or Mnemonic.Neg
            or Mnemonic.Adc or Mnemonic.Sbb or Mnemonic.Imul or Mnemonic.Mul or Mnemonic.Ucomisd or Mnemonic.Ucomiss or Mnemonic.Comisd or Mnemonic.Comiss => true,
        Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar => HasFixedCount(operation),
        _ => false,
    };

    /// <summary>Whether an instruction sets some flags and leaves others.</summary>
    public static bool SetsSome(Operation operation) => operation.Mnemonic switch
    {
        Mnemonic.Inc or Mnemonic.Dec or Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Bt => true,
        Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar => !HasFixedCount(operation),
        _ => false,
    };

    /// <summary>Whether an instruction's result depends on flags.</summary>
    public static bool Reads(Operation operation) =>
        operation.Mnemonic is Mnemonic.Adc or Mnemonic.Sbb || IsConditional(operation.Mnemonic);

    /// <summary>Whether it is a conditional jump, move or set.</summary>
    public static bool IsConditional(Mnemonic mnemonic) => IsJump(mnemonic) || IsMove(mnemonic) || IsSet(mnemonic);

    public static bool IsJump(Mnemonic mnemonic) => mnemonic
        is Mnemonic.Jo or Mnemonic.Jno or Mnemonic.Jb or Mnemonic.Jae or Mnemonic.Je or Mnemonic.Jne or Mnemonic.Jbe or Mnemonic.Ja
        or Mnemonic.Js or Mnemonic.Jns or Mnemonic.Jp or Mnemonic.Jnp or Mnemonic.Jl or Mnemonic.Jge or Mnemonic.Jle or Mnemonic.Jg;

    public static bool IsMove(Mnemonic mnemonic) => mnemonic
        is Mnemonic.Cmovo or Mnemonic.Cmovno or Mnemonic.Cmovb or Mnemonic.Cmovae or Mnemonic.Cmove or Mnemonic.Cmovne or Mnemonic.Cmovbe or Mnemonic.Cmova
        or Mnemonic.Cmovs or Mnemonic.Cmovns or Mnemonic.Cmovp or Mnemonic.Cmovnp or Mnemonic.Cmovl or Mnemonic.Cmovge or Mnemonic.Cmovle or Mnemonic.Cmovg;

    public static bool IsSet(Mnemonic mnemonic) => mnemonic
        is Mnemonic.Seto or Mnemonic.Setno or Mnemonic.Setb or Mnemonic.Setae or Mnemonic.Sete or Mnemonic.Setne or Mnemonic.Setbe or Mnemonic.Seta
        or Mnemonic.Sets or Mnemonic.Setns or Mnemonic.Setp or Mnemonic.Setnp or Mnemonic.Setl or Mnemonic.Setge or Mnemonic.Setle or Mnemonic.Setg;

    /// <summary>The count of a shift or rotation that is a constant, as the processor takes it.</summary>
    public static int CountOf(Operation operation) => (int)operation.Immediate & (operation.Size == 8 ? 63 : 31);

    /// <summary>Whether the count is a constant other than zero.</summary>
    public static bool HasFixedCount(Operation operation) => operation.Condition >= 0 && CountOf(operation) != 0;
}
