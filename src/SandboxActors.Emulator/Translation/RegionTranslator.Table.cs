using Iced.Intel;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Which instructions are translated.</content>
internal sealed partial class RegionTranslator
{
    private static readonly Dictionary<Mnemonic, Translator> Translators = CreateTranslators();

    /// <summary>What is done with an instruction.</summary>
    public static Way WayOf(Operation operation)
    {
        if (Translators.ContainsKey(operation.Mnemonic) && HasTranslation(operation)) return Way.Translated;
        // What ends a block moves the instruction pointer or the time, or ends the run; and the time itself is known to the interpreter alone.
        return operation.EndsBlock || operation.Mnemonic is Mnemonic.INVALID or Mnemonic.Rdtsc ? Way.Left : Way.Handed;
    }

    // Whether the region can be left before a translated instruction, or inside it.
    private static bool CanLeave(Operation operation) =>
        HasMemory(operation) && operation.Mnemonic is not (Mnemonic.Lea or Mnemonic.Nop)
        || operation.Mnemonic is Mnemonic.Push or Mnemonic.Pop or Mnemonic.Leave or Mnemonic.Call or Mnemonic.Ret or Mnemonic.Jmp or Mnemonic.Div or Mnemonic.Idiv
        || Floats.Contains(operation.Mnemonic) || FlagUse.IsJump(operation.Mnemonic);

    private static bool HasTranslation(Operation operation)
    {
        if (operation.SourceKind == OperandKind.Segment || operation.DestinationKind == OperandKind.Segment) return false;
        switch (operation.Mnemonic)
        {
            case Mnemonic.Mov:
                return operation.DestinationKind != OperandKind.None && operation.SourceKind != OperandKind.None;
            case Mnemonic.Movsd:
                return operation.DestinationKind != OperandKind.None;
            case Mnemonic.Push or Mnemonic.Leave:
                return operation.Size == 8;
            case Mnemonic.Pop:
                return operation.Size == 8 && operation.DestinationKind == OperandKind.Register;
            case Mnemonic.Imul:
                return operation.SourceKind != OperandKind.None || (operation.Size == 8 && operation.DestinationKind != OperandKind.HighByte);
            case Mnemonic.Mul or Mnemonic.Div or Mnemonic.Idiv:
                return operation.Size is 4 or 8;
            case Mnemonic.Xchg:
                return operation.DestinationKind == OperandKind.Register && operation.SourceKind == OperandKind.Register;
            case Mnemonic.Bswap:
                return operation.Size is 4 or 8;
            case Mnemonic.Bt:
                return operation.DestinationKind == OperandKind.Register;
            case Mnemonic.Rol or Mnemonic.Ror:
                return operation.Size is 4 or 8 && operation.Condition >= 0 && FlagUse.CountOf(operation) != 0;
            case Mnemonic.Jmp or Mnemonic.Call:
                return operation.DestinationKind != OperandKind.Memory || operation.Size == 8;
            case Mnemonic.Psllw or Mnemonic.Pslld or Mnemonic.Psllq or Mnemonic.Psrlw or Mnemonic.Psrld or Mnemonic.Psrlq or Mnemonic.Psraw or Mnemonic.Psrad:
                return operation.SourceKind == OperandKind.Immediate;
            default:
                return true;
        }
    }

    private static Dictionary<Mnemonic, Translator> CreateTranslators()
    {
        var table = new Dictionary<Mnemonic, Translator>();
        AddIntegers(table);
        AddMoves(table);
        AddShifts(table);
        AddMultiplication(table);
        AddControl(table);
        AddVectorMoves(table);
        AddVectorIntegers(table);
        AddFloats(table);
        return table;
    }
}
