using System.Collections.Frozen;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>
/// Which instructions change their memory operand rather than set it. The processor reads it with the intent to write, so that a page that is not
/// there is reported as a write.
/// </summary>
internal static class WriteIntent
{
    private static readonly FrozenSet<Mnemonic> Changing = FrozenSet.Create(
        Mnemonic.Add, Mnemonic.Adc, Mnemonic.Sub, Mnemonic.Sbb, Mnemonic.And, Mnemonic.Or, Mnemonic.Xor, Mnemonic.Not, Mnemonic.Neg,
        Mnemonic.Inc, Mnemonic.Dec, Mnemonic.Xadd, Mnemonic.Cmpxchg, Mnemonic.Cmpxchg8b, Mnemonic.Cmpxchg16b, Mnemonic.Xchg,
        Mnemonic.Shl, Mnemonic.Sal, Mnemonic.Shr, Mnemonic.Sar, Mnemonic.Rol, Mnemonic.Ror, Mnemonic.Rcl, Mnemonic.Rcr, Mnemonic.Shld, Mnemonic.Shrd,
        Mnemonic.Bts, Mnemonic.Btr, Mnemonic.Btc);

    /// <summary>Whether a fault of the operation is one of writing, even if it was reading that met it.</summary>
    public static bool Has(Operation operation) =>
        Changing.Contains(operation.Mnemonic)
        && (operation.DestinationKind == OperandKind.Memory || (operation.Mnemonic == Mnemonic.Xchg && operation.SourceKind == OperandKind.Memory));
}
